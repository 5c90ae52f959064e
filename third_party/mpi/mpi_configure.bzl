"""Repository rule that looks for an installed MPI by pkg-config.

The repository always exists, so that loading and analysing //... needs no MPI; without one the
library is empty. MONDEQ_MPI=MODULE names another pkg-config module than the first of those below
that there is.
"""

_MODULES = ["ompi-c", "mpich"]

def _flags(ctx, module, kind):
    found = ctx.execute(["pkg-config", kind, module])
    return None if found.return_code else [w for w in found.stdout.strip().split(" ") if w]

def _mpi_configure_impl(ctx):
    wanted = ctx.os.environ.get("MONDEQ_MPI", "")
    module = None
    for one in [wanted] if wanted else _MODULES:
        if module == None and _flags(ctx, one, "--libs") != None:
            module = one
    if wanted and not module:
        fail("MONDEQ_MPI=%s: pkg-config knows no such module" % wanted)
    build = ['package(default_visibility = ["//visibility:public"])']
    if not module:
        ctx.file("include/mpi.h", "#error there is no MPI; tools/install_prereqs --mpi installs one\n")
        build.append('cc_library(name = "mpi", hdrs = ["include/mpi.h"], includes = ["include"])')
    else:
        folders = []
        for flag in _flags(ctx, module, "--cflags"):
            if not flag.startswith("-I") or not ctx.path(flag[2:]).exists:
                continue
            folder = "include%d" % len(folders)
            ctx.symlink(flag[2:], folder)
            folders.append(folder)

        # Their bindings for C++ are gone from the standard.
        build.append('cc_library(name = "mpi", hdrs = glob(["%s"]), includes = %r, defines = %r, linkopts = %r)' % (
            '", "'.join([folder + "/**/*.h" for folder in folders]),
            folders,
            ["OMPI_SKIP_MPICXX=1", "MPICH_SKIP_MPICXX=1"],
            _flags(ctx, module, "--libs"),
        ))
    ctx.file("BUILD.bazel", "\n".join(build) + "\n")

mpi_configure = repository_rule(
    implementation = _mpi_configure_impl,
    environ = [
        "MONDEQ_MPI",
        "PKG_CONFIG_PATH",
    ],
    local = True,
    configure = True,
)
