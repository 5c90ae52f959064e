"""The commit that a program is built from, as a C++ source."""

def _commit_source_impl(ctx):
    # info_file holds what --workspace_status_command prints with STABLE_ before it. Bazel runs this
    # again when a line of that changes.
    ctx.actions.run_shell(
        inputs = [ctx.info_file],
        outputs = [ctx.outputs.out],
        command = "\n".join([
            "commit=$(sed -n 's/^STABLE_MONDEQ_COMMIT \\([0-9a-z-]*\\)$/\\1/p' '%s')" % ctx.info_file.path,
            "cat > '%s' <<END" % ctx.outputs.out.path,
            "#include \"mondeq/cli/commit.h\"",
            "const char* mondeq::Commit() { return \"${commit:-unknown}\"; }",
            "END",
        ]),
        mnemonic = "CommitSource",
    )

commit_source = rule(
    implementation = _commit_source_impl,
    attrs = {"out": attr.output(mandatory = True)},
    doc = "Makes `out`, which defines Commit() of mondeq/cli/commit.h.",
)
