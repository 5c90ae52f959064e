"""The instruction sets that inner loops are compiled for; only here are their features named."""

# The instruction sets of isa.h. Features are what each may use beyond the build's own target, by the
# names that compilers and __builtin_cpu_supports have for them; tuning is how to use them.
_ISAS = {
    "generic": struct(features = [], tuning = []),
    "avx2": struct(features = ["avx2", "fma"], tuning = []),
    "avx512": struct(
        features = ["avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl"],
        tuning = ["prefer-vector-width=512"],
    ),
}

def mondeq_isa_library(name, srcs, hdrs = [], deps = [], **kwargs):
    """Sources compiled once for each instruction set, with MONDEQ_ISA defined as its name.

    Args:
      name: the library that holds them all.
      srcs: sources that define everything in namespace MONDEQ_ISA.
      hdrs: their headers.
      deps: C++ dependencies.
      **kwargs: handed to the library.
    """
    for isa, has in _ISAS.items():
        native.cc_library(
            name = "%s_%s" % (name, isa),
            srcs = srcs + hdrs,
            copts = ["-m" + flag for flag in has.features + has.tuning] + ["-DMONDEQ_ISA=" + isa],
            deps = deps,
            visibility = ["//visibility:private"],
        )
    x86 = [":%s_%s" % (name, isa) for isa in _ISAS]
    native.config_setting(
        name = name + "_on_x86",
        constraint_values = ["@platforms//cpu:x86_64"],
    )
    native.cc_library(
        name = name,
        deps = select({
            ":" + name + "_on_x86": x86,
            "//conditions:default": [":%s_generic" % name],
        }),
        **kwargs
    )

def _isa_header_impl(ctx):
    lines = [
        "// Made by mondeq/device/isa.bzl, which lists the features. For an x86 processor and each",
        "// instruction set but the baseline: whether the processor has it, and what functions are",
        "// compiled for (attribute target), without and with hints that only GCC takes there.",
    ]
    for isa, has in _ISAS.items():
        if not has.features:
            continue
        prefix = "#define MONDEQ_" + isa.upper()
        lines += [
            "%s_AVAILABLE (%s)" % (
                prefix,
                " && ".join(["__builtin_cpu_supports(\"%s\")" % f for f in has.features]),
            ),
            "%s_TARGET \"%s\"" % (prefix, ",".join(has.features)),
            "%s_TUNED_TARGET \"%s\"" % (prefix, ",".join(has.features + has.tuning)),
        ]
    ctx.actions.write(ctx.outputs.out, "\n".join(lines) + "\n")

isa_header = rule(
    doc = "A header of macros that tell C++ the features of each instruction set.",
    implementation = _isa_header_impl,
    attrs = {"out": attr.output(mandatory = True)},
)
