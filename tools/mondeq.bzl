"""The build vocabulary of mondeq: protos, and plugins that register themselves when linked."""

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

def mondeq_plugin(name, srcs, proto, deps = [], proto_deps = [], **kwargs):
    """A plugin: one source file without a header, one config message, linked whole.

    Args:
      name: the plugin's registered name.
      srcs: its .cc, which ends in a MONDEQ_REGISTER line.
      proto: its config message, an extension of the slot it fills.
      deps: C++ dependencies.
      proto_deps: what the proto imports.
      **kwargs: handed to the library.
    """
    mondeq_proto(name = name + "_proto", srcs = [proto], deps = proto_deps)
    native.cc_library(
        name = name,
        srcs = srcs,
        deps = deps + [":" + name + "_cc_proto", str(Label("//mondeq/core:registry"))],
        alwayslink = True,
        **kwargs
    )
