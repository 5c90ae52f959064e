"""Finds plugins whose numbers collide (mondeq/core/extension_numbers.h) before they are linked."""

_Descriptors = provider(
    doc = "What is linked into a target.",
    fields = {"sets": "depset of descriptor sets of its protos"},
)

def _collect_impl(target, ctx):
    sets = [dep[_Descriptors].sets for dep in ctx.rule.attr.deps if _Descriptors in dep]
    if ProtoInfo in target:
        sets.append(target[ProtoInfo].transitive_descriptor_sets)
    return [_Descriptors(sets = depset(transitive = sets))]

_collect = aspect(
    implementation = _collect_impl,
    attr_aspects = ["deps"],
)

def _extension_numbers_impl(ctx):
    sets = depset(transitive = [dep[_Descriptors].sets for dep in ctx.attr.deps])
    checked = ctx.actions.declare_file(ctx.label.name + ".checked")
    args = ctx.actions.args()
    args.add(checked)
    args.add_all(sets)
    ctx.actions.run(
        mnemonic = "ExtensionNumbers",
        progress_message = "Checking the numbers of the plugins of %s" % ctx.label,
        executable = ctx.executable._check,
        arguments = [args],
        inputs = sets,
        outputs = [checked],
    )

    # Linking waits for the check.
    linker_input = cc_common.create_linker_input(
        owner = ctx.label,
        additional_inputs = depset([checked]),
    )
    return [
        DefaultInfo(files = depset([checked])),
        CcInfo(linking_context = cc_common.create_linking_context(
            linker_inputs = depset([linker_input]),
        )),
    ]

extension_numbers = rule(
    doc = "A dependency of programs: they are not linked if plugins among `deps` have one number.",
    implementation = _extension_numbers_impl,
    attrs = {
        "deps": attr.label_list(aspects = [_collect], doc = "what the program links"),
        "_check": attr.label(
            default = "//mondeq/core:check_extension_numbers",
            executable = True,
            cfg = "host",
        ),
    },
)
