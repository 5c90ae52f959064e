"""The build vocabulary of mondeq: protos, and plugins that register themselves when linked."""

load("//third_party/cuda:cuda_library.bzl", "device_library")
load(":extension_numbers.bzl", "extension_numbers")

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

def mondeq_plugin(name, deps, proto_deps, srcs = None, proto = None, host_only = False, **kwargs):
    """A plugin: one source file without a header, one config message, linked whole.

    Args:
      name: the plugin's registered name.
      deps: C++ dependencies: the interface that the plugin implements, and what else it uses.
      proto_deps: what the proto imports besides mondeq/core/options.proto; the slot is among it.
      srcs: its sources, by default name.cc; one ends in a MONDEQ_REGISTER line.
      proto: its config message, an extension of the slot it fills; by default name.proto.
      host_only: whether the plugin launches nothing on a device (mondeq/device/for_each.h), so
        that nvcc need not compile it.
      **kwargs: handed to the library.
    """
    mondeq_proto(
        name = name + "_proto",
        srcs = [proto or name + ".proto"],
        testonly = kwargs.get("testonly", False),
        deps = proto_deps + [str(Label("//mondeq/core:options_proto"))],
    )
    library = native.cc_library if host_only else device_library
    library(
        name = name,
        srcs = srcs or [name + ".cc"],
        deps = deps + [":" + name + "_cc_proto", str(Label("//mondeq/core:config"))],
        alwayslink = True,
        **kwargs
    )

def mondeq_plugins(
        name,
        kind,
        plugins,
        slot,
        interface,
        conformance,
        deps = {},
        srcs = {},
        suite = {},
        suite_deps = [],
        visibility = None,
        **kwargs):
    """The plugins of one kind in a folder: every one, the library of them all, and their suite.

    A new plugin is its NAME.cc and NAME.proto, its name in `plugins` and an example of it in
    KIND_examples.textproto.

    Args:
      name: the library that links them all.
      kind: the kind's name as `mondeq list` knows it.
      plugins: the names of the plugins.
      slot: the mondeq_proto with the slot that they extend.
      interface: the library with the class that they implement.
      conformance: the kind's mondeq_conformance in this folder; the suite is named after it.
      deps: what single plugins use besides the interface: {NAME: C++ dependencies}.
      srcs: the sources of single plugins, where they are not NAME.cc: {NAME: sources}.
      suite: further arguments of mondeq_conformance_test.
      suite_deps: what the suite needs besides the plugins.
      visibility: that of the library that links them all.
      **kwargs: handed to every mondeq_plugin.
    """
    for plugin in deps.keys() + srcs.keys():
        if plugin not in plugins:
            fail("mondeq_plugins %s: %s is not in the list of plugins" % (name, plugin))
    for plugin in plugins:
        mondeq_plugin(
            name = plugin,
            proto_deps = [slot],
            visibility = ["//visibility:private"],
            srcs = srcs.get(plugin),
            deps = [interface] + deps.get(plugin, []),
            **kwargs
        )
    native.cc_library(
        name = name,
        visibility = visibility,
        deps = [":" + plugin for plugin in plugins],
    )
    mondeq_conformance_test(
        name = conformance[1:] + "_test",
        conformance = conformance,
        examples = kind + "_examples.textproto",
        kind = kind,
        plugins = [":" + name] + suite_deps,
        **suite
    )

def mondeq_binary(name, plugins, **kwargs):
    """The command line with these plugins.

    Args:
      name: the program.
      plugins: libraries of plugins; @mondeq//mondeq:plugins are mondeq's own.
      **kwargs: handed to cc_binary.
    """
    extension_numbers(
        name = name + "_extension_numbers",
        visibility = ["//visibility:private"],
        deps = plugins,
    )
    native.cc_binary(
        name = name,
        deps = plugins + [str(Label("//mondeq/cli:main")), ":" + name + "_extension_numbers"],
        **kwargs
    )

def mondeq_experiment(name, config, binary = str(Label("//mondeq"))):
    """An experiment: `bazel run :NAME_train -- [FLAGS]`, and NAME_validate_test of its config.

    Relative paths in the flags are from the folder that the user is in.

    Args:
      name: the experiment.
      config: its textproto.
      binary: the mondeq_binary with the plugins that it names.
    """
    for rule, target, verb in [
        (native.sh_binary, name + "_train", "train"),
        (native.sh_test, name + "_validate_test", "validate"),
    ]:
        rule(
            name = target,
            srcs = [str(Label("//tools:run_experiment"))],
            args = ["$(rootpath %s)" % binary, verb, "$(rootpath %s)" % config],
            data = [binary, config],
        )

def mondeq_conformance(name, srcs = None, deps = [], device = True, **kwargs):
    """What every plugin of a kind has to fulfil: linked with plugins, this library is their test.

    It brings main and no plugin of its own.

    Args:
      name: the library, public.
      srcs: tests over all registered plugins (mondeq/testing/examples.h); by default name.cc.
      deps: C++ dependencies besides GoogleTest, //mondeq/core:config and //mondeq/testing.
      device: whether the tests run on a device of mondeq/testing/test_device.h.
      **kwargs: handed to the library.
    """
    _suite(
        name = name,
        srcs = srcs or [name + ".cc"],
        deps = deps + ["//mondeq/core:config"],
        main = "//mondeq/testing:device_test_main" if device else "@com_google_googletest//:gtest_main",
        visibility = ["//visibility:public"],
        **kwargs
    )

def _suite(name, srcs, deps, main, visibility, **kwargs):
    """Tests as a library, which is linked whole and brings a main."""
    native.cc_library(
        name = name,
        testonly = True,
        srcs = srcs,
        deps = deps + [
            "//mondeq/testing",
            "@com_google_googletest//:gtest",
            main,
        ],
        alwayslink = True,
        visibility = visibility,
        **kwargs
    )

def mondeq_conformance_test(
        name,
        kind,
        conformance,
        plugins,
        examples,
        device = True,
        size = "small",
        data = [],
        **kwargs):
    """Runs a kind's conformance suite on plugins, here or in another workspace.

    Args:
      name: ends in _test.
      kind: the kind's name as `mondeq list` knows it.
      conformance: the kind's mondeq_conformance.
      plugins: the libraries of the plugins under test, and what else the suite needs for them.
      examples: a textproto with an example of each of these plugins.
      device: whether the suite runs on the CPU and, where there is one, on the GPU.
      size: as for cc_test.
      data: as for cc_test.
      **kwargs: handed to the tests.
    """
    extension_numbers(
        name = name + "_extension_numbers",
        testonly = True,
        visibility = ["//visibility:private"],
        deps = plugins,
    )
    _device_tests(
        name = name,
        devices = ["cpu", "cuda"] if device else ["cpu"],
        size = size,
        data = data + [examples],
        env = {"MONDEQ_%s_EXAMPLES" % kind.upper(): "$(rootpath %s)" % examples},
        deps = plugins + [conformance, ":" + name + "_extension_numbers"],
        **kwargs
    )

def _device_tests(name, devices, env = {}, **kwargs):
    if not name.endswith("_test"):
        fail("%s: the name must end in _test" % name)
    names = {"cpu": name, "cuda": name[:-len("_test")] + "_cuda_test"}
    for device in devices:
        native.cc_test(
            name = names[device],
            env = dict(env, MONDEQ_TEST_DEVICE = device),
            visibility = ["//mondeq:__pkg__"],
            **kwargs
        )

def mondeq_test(name, deps = [], srcs = None, size = "small", **kwargs):
    """A test with GoogleTest's main.

    Args:
      name: ends in _test.
      deps: C++ dependencies besides GoogleTest.
      srcs: by default name.cc.
      size: as for cc_test.
      **kwargs: handed to cc_test.
    """
    native.cc_test(
        name = name,
        size = size,
        srcs = srcs or [name + ".cc"],
        deps = deps + ["@com_google_googletest//:gtest_main"],
        **kwargs
    )

def mondeq_device_test(name, deps = [], srcs = None, size = "small", **kwargs):
    """A suite for every device: foo_test on the CPU, foo_cuda_test on the GPU where there is one.

    Args:
      name: ends in _test.
      deps: C++ dependencies besides GoogleTest and //mondeq/testing.
      srcs: tests whose devices are made by mondeq/testing/test_device.h; by default name.cc.
      size: as for cc_test.
      **kwargs: handed to both cc_tests.
    """
    _suite(
        name = name + "_suite",
        srcs = srcs or [name + ".cc"],
        deps = deps,
        main = "//mondeq/testing:device_test_main",
        visibility = ["//visibility:private"],
    )
    _device_tests(
        name = name,
        size = size,
        devices = ["cpu", "cuda"],
        deps = [":" + name + "_suite"],
        **kwargs
    )

