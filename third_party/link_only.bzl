"""A library without its headers."""

def _link_only_impl(ctx):
    context = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps])
    return [CcInfo(linking_context = context.linking_context)]

# What `deps` are linked with, without their headers: who depends on it compiles as if it were not
# there, and so not anew when it comes and goes with a flag.
link_only = rule(
    implementation = _link_only_impl,
    attrs = {"deps": attr.label_list(providers = [CcInfo])},
)
