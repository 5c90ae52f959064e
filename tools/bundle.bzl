"""An archive of programs that runs on other machines."""

def _lines(target, place):
    """Pairs (place, file): the program, and the files that it reads where it looks for them."""
    binary = target[DefaultInfo].files_to_run.executable
    files = [f for f in target[DefaultInfo].default_runfiles.files.to_list() if f != binary]
    return (
        [(place, binary)] +
        [(f.short_path, f) for f in files if f.extension != "runfiles"]
    )

def _bundle_impl(ctx):
    places = []
    for program in ctx.attr.programs:
        places += _lines(program, "bin/" + program.label.name)
    for test in ctx.attr.tests:
        # The floor tells tests of one name apart: device:torus_test, splitting:torus_test.
        floor = test.label.package.split("/")[-1]
        places += _lines(test, "bin/%s_%s" % (floor, test.label.name))
    for target, place in ctx.attr.files.items():
        for f in target[DefaultInfo].files.to_list():
            places.append((place or f.short_path, f))

    out = ctx.actions.declare_file(ctx.attr.archive + ".tar.gz")
    manifest = ctx.actions.declare_file(ctx.attr.archive + ".manifest")
    lines = {"%s %s\n" % (place, f.path): True for place, f in places}
    ctx.actions.write(manifest, "".join(sorted(lines.keys())))
    ctx.actions.run(
        mnemonic = "Bundle",
        progress_message = "Packing %s" % out.short_path,
        executable = ctx.executable._make_bundle,
        arguments = [ctx.attr.archive, manifest.path, out.path, ctx.attr.left_out],
        inputs = [manifest] + [f for _, f in places],
        outputs = [out],
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([out]))]

bundle = rule(
    doc = "ARCHIVE.tar.gz, a folder ARCHIVE: bin/, lib/ with the shared libraries that bin/ and lib/ need, and files.",
    implementation = _bundle_impl,
    attrs = {
        "archive": attr.string(mandatory = True),
        "programs": attr.label_list(doc = "go to bin/NAME, with the files that they read"),
        "tests": attr.label_list(doc = "go to bin/FLOOR_NAME, with the files that they read"),
        "files": attr.label_keyed_string_dict(
            doc = "where each is, or \"\" for its place in the workspace",
            allow_files = True,
        ),
        "left_out": attr.string(
            default = "^$",
            doc = "matches the names of libraries that the machine has, besides those of all machines",
        ),
        "_make_bundle": attr.label(
            default = "//tools:make_bundle",
            allow_single_file = True,
            executable = True,
            cfg = "host",
        ),
    },
)
