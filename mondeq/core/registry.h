// The plugins of one kind, by the config extension that names them.
//
// An Interface has
//   using Config = ...;                    the slot: a message with `extensions 100 to max;` and
//                                          an option (plugin_kind)
//   struct Context { ... };                what a factory needs besides its own config message
//   static constexpr char kKind[] = "nonlinearity";
// and a plugin is one .cc, linked whole (mondeq_plugin in tools/mondeq.bzl), that ends in
//   absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeRelu(const ReluConfig&,
//                                                          const Nonlinearity::Context&);
//   MONDEQ_REGISTER(Nonlinearity, relu, MakeRelu);
// The key is the extension itself, so a plugin's name and its parameters cannot disagree.
#ifndef MONDEQ_CORE_REGISTRY_H_
#define MONDEQ_CORE_REGISTRY_H_

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"

// Registers a plugin. It stands at the scope of any namespace, once per plugin; several may share a
// file.
#define MONDEQ_REGISTER(Interface, extension, factory)                                    \
  [[maybe_unused]] static const bool MONDEQ_STATUS_CONCAT(mondeq_registered_, __LINE__) = \
      ::mondeq::Registry<Interface>::Register(extension, #extension, factory)

namespace mondeq {

template <class Interface>
class Registry {
 public:
  using Slot = typename Interface::Config;
  using Context = typename Interface::Context;
  using Result = absl::StatusOr<std::unique_ptr<Interface>>;

  // Makes the plugin that `slot` names. Errors: kInvalidArgument for a slot that names no
  // registered plugin; those of the plugin's factory, of which a kInvalidArgument gets the place of
  // the plugin's message before its text.
  static Result Create(const Slot& slot, const ConfigSource& source, const Context& context) {
    const std::vector<const google::protobuf::FieldDescriptor*> set = PluginsIn(slot);
    if (set.size() != 1) {
      return source.Error(slot, "",
                          absl::StrCat("expected one ", Interface::kKind, ", found ", set.size(),
                                       "; registered: ", absl::StrJoin(Names(), ", ")));
    }
    const auto entry = Entries().find(set[0]->number());
    if (entry == Entries().end()) {
      return source.Error(slot, FieldName(set[0]),
                          UnknownName(Interface::kKind, set[0]->name(), Names()));
    }
    Result result = entry->second.make(slot, context);
    if (result.ok()) return result;
    return source.Annotate(result.status(), slot.GetReflection()->GetMessage(slot, set[0]));
  }

  // The registered plugins' short names ("relu"), sorted.
  static std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const auto& entry : Entries()) names.push_back(entry.second.name);
    std::sort(names.begin(), names.end());
    return names;
  }

  // The message that an extension holds.
  template <class Extension>
  using PluginConfig =
      std::decay_t<decltype(std::declval<const Slot&>().GetExtension(std::declval<Extension>()))>;

  // MONDEQ_REGISTER calls this before main, so it touches no descriptor. `extension` must outlive
  // the registry.
  template <class Extension>
  static bool Register(const Extension& extension, absl::string_view name,
                       Result (*factory)(const PluginConfig<Extension>&, const Context&)) {
    static_assert(std::is_same<typename Extension::Extendee, Slot>::value,
                  "the extension must extend the interface's Config");
    Entry entry;
    entry.name = std::string(name.substr(name.rfind(':') + 1));  // npos + 1 is 0
    entry.make = [&extension, factory](const Slot& slot, const Context& context) {
      return factory(slot.GetExtension(extension), context);
    };
    AddSlot(&Slot::descriptor);
    const auto inserted = Entries().emplace(extension.number(), entry);
    if (!inserted.second) {
      std::fprintf(stderr, "mondeq: two plugins register as %s %d: %s and %s\n", Interface::kKind,
                   extension.number(), inserted.first->second.name.c_str(), entry.name.c_str());
      std::abort();
    }
    return true;
  }

 private:
  struct Entry {
    std::string name;
    std::function<Result(const Slot&, const Context&)> make;
  };

  // The plugins by extension number. They are never destroyed, as destructors in other translation
  // units may still use them.
  static std::map<int, Entry>& Entries() {
    static auto* entries = new std::map<int, Entry>;
    return *entries;
  }
};

}  // namespace mondeq

#endif  // MONDEQ_CORE_REGISTRY_H_
