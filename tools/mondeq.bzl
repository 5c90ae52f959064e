"""The build vocabulary of mondeq: protos, and plugins that register themselves when linked."""

load("//third_party/cuda:cuda_library.bzl", "device_library")

def mondeq_proto(name, srcs, deps = [], **kwargs):
    """A proto_library `name` and its C++ twin: foo_proto makes foo_cc_proto as well.

    Args:
      name: ends in _proto.
      srcs: one .proto.
      deps: what it imports, mondeq_protos by their plain names.
      **kwargs: handed to both rules (visibility, testonly).
    """
    if not name.endswith("_proto"):
        fail("mondeq_proto %s: the name must end in _proto" % name)
    native.proto_library(name = name, srcs = srcs, deps = deps, **kwargs)
    native.cc_proto_library(name = name[:-len("proto")] + "cc_proto", deps = [":" + name], **kwargs)

def mondeq_plugin(name, srcs, proto, deps = [], proto_deps = [], host_only = False, **kwargs):
    """A plugin: one source file without a header, one config message, linked whole.

    Args:
      name: the plugin's registered name.
      srcs: its .cc, which ends in a MONDEQ_REGISTER line.
      proto: its config message, an extension of the slot it fills.
      deps: C++ dependencies.
      proto_deps: what the proto imports.
      host_only: it launches nothing on a device (mondeq/device/for_each.h), so nvcc need not
        compile it.
      **kwargs: handed to the library.
    """
    mondeq_proto(name = name + "_proto", srcs = [proto], deps = proto_deps)
    library = native.cc_library if host_only else device_library
    library(
        name = name,
        srcs = srcs,
        deps = deps + [":" + name + "_cc_proto", str(Label("//mondeq/core:registry"))],
        alwayslink = True,
        **kwargs
    )

def mondeq_device_test(name, srcs, deps, **kwargs):
    """A suite for every device: foo_test on the CPU, foo_cuda_test on the GPU where there is one.

    Args:
      name: ends in _test.
      srcs: tests whose devices are made by mondeq/testing/test_device.h.
      deps: C++ dependencies.
      **kwargs: handed to both cc_tests.
    """
    if not name.endswith("_test"):
        fail("mondeq_device_test %s: the name must end in _test" % name)
    native.cc_library(
        name = name + "_suite",
        testonly = True,
        srcs = srcs,
        deps = deps + [
            "//mondeq/testing:device_test_main",
            "//mondeq/testing:test_device",
        ],
        alwayslink = True,
        visibility = ["//visibility:private"],
    )
    for test, device in [(name, "cpu"), (name[:-len("_test")] + "_cuda_test", "cuda")]:
        native.cc_test(
            name = test,
            env = {"MONDEQ_TEST_DEVICE": device},
            deps = [":" + name + "_suite"],
            visibility = ["//mondeq:__pkg__"],
            **kwargs
        )
