"""Repository rule that looks for an installed NCCL: in $NCCL_HOME, which has include and lib, beside
the CUDA toolkit, or among the system's libraries.

The repository always exists, so that loading and analysing //... needs no NCCL; without one the
library is empty.
"""

def _nccl_configure_impl(ctx):
    cuda = ctx.os.environ.get("CUDA_HOME", "") or "/usr/local/cuda"
    homes = [ctx.os.environ.get("NCCL_HOME", ""), cuda, "/usr"]
    home = None
    for one in homes:
        if one and not home and ctx.path(one + "/include/nccl.h").exists:
            home = one
    build = ['package(default_visibility = ["//visibility:public"])']
    if not home:
        ctx.file("include/nccl.h", "#error there is no NCCL: set NCCL_HOME to where include/nccl.h is\n")
        build.append('cc_library(name = "nccl", hdrs = ["include/nccl.h"], includes = ["include"])')
    else:
        # Of the toolkit only what nccl.h includes.
        ctx.symlink(home + "/include/nccl.h", "include/nccl.h")
        ctx.symlink(cuda + "/include", "cuda")
        links = []
        for folder in ["lib", "lib64", "lib/x86_64-linux-gnu"]:
            path = "%s/%s" % (home, folder)
            if ctx.path(path + "/libnccl.so.2").exists:
                links += ["-L" + path, "-Wl,-rpath," + path]
        build.append('cc_library(name = "nccl", hdrs = glob(["include/*.h", "cuda/**/*.h", "cuda/**/*.hpp"]), includes = ["include", "cuda"], linkopts = %r)' %
                     (links + ["-l:libnccl.so.2"]))
    ctx.file("BUILD.bazel", "\n".join(build) + "\n")

nccl_configure = repository_rule(
    implementation = _nccl_configure_impl,
    environ = [
        "CUDA_HOME",
        "NCCL_HOME",
    ],
    local = True,
    configure = True,
)
