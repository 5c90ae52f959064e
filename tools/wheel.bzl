"""A Python wheel of sources and one shared library."""

def _optimized_impl(settings, _):
    copts = settings["//command_line_option:copt"]
    return {
        "//command_line_option:compilation_mode": "opt",
        "//command_line_option:copt": copts if "-O3" in copts else copts + ["-O3"],
        "//command_line_option:force_pic": True,
    }

# What --config=opt says, so that a wheel is fast however it is built.
_optimized = transition(
    implementation = _optimized_impl,
    inputs = ["//command_line_option:copt"],
    outputs = [
        "//command_line_option:compilation_mode",
        "//command_line_option:copt",
        "//command_line_option:force_pic",
    ],
)

def _wheel_impl(ctx):
    name = "mondeq-%s" % ctx.attr.version
    out = ctx.actions.declare_file("%s-py3-none-%s.whl" % (name, ctx.attr.platform))
    manifest = ctx.actions.declare_file(ctx.label.name + ".manifest")
    package = ctx.label.package + "/"
    library = ctx.files.library[0]
    places = [(f.short_path[len(package):], f) for f in ctx.files.srcs] + [
        ("mondeq/lib/libmondeq.so.1", library),
        ("%s.dist-info/licenses/LICENSE" % name, ctx.file.license),
    ]
    ctx.actions.write(manifest, "".join(["%s %s\n" % (place, f.path) for place, f in places]))
    ctx.actions.run(
        mnemonic = "Wheel",
        progress_message = "Packing %s" % out.short_path,
        executable = ctx.executable._make_wheel,
        arguments = [ctx.attr.version, ctx.attr.platform, manifest.path, out.path] + ctx.attr.requires,
        inputs = [manifest] + [f for _, f in places],
        outputs = [out],
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([out]))]

wheel = rule(
    doc = "mondeq-VERSION-py3-none-PLATFORM.whl, with the shared libraries that `library` needs.",
    implementation = _wheel_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = True, doc = "go to their places in this folder"),
        "library": attr.label(cfg = _optimized, doc = "goes to mondeq/lib/libmondeq.so.1"),
        "license": attr.label(allow_single_file = True),
        "platform": attr.string(mandatory = True, doc = "manylinux_X_Y_ARCH: glibc X.Y"),
        "requires": attr.string_list(doc = "the packages that it needs"),
        "version": attr.string(mandatory = True),
        "_make_wheel": attr.label(
            default = "//tools:make_wheel",
            allow_single_file = True,
            executable = True,
            cfg = "host",
        ),
        "_whitelist_function_transition": attr.label(
            default = "@bazel_tools//tools/whitelists/function_transition_whitelist",
        ),
    },
)
