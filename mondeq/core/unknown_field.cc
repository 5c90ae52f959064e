#include "mondeq/core/unknown_field.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/options.pb.h"
#include "mondeq/core/schema.h"

namespace mondeq {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::DescriptorPool;
using ::google::protobuf::FieldDescriptor;

// Names of a message as users may mean them ("relu") and as configs have them ("[mondeq.relu]"),
// element by element.
struct Names {
  std::vector<std::string> meant, written;

  void Add(const std::vector<const FieldDescriptor*>& fields) {
    for (const FieldDescriptor* one : fields) {
      meant.push_back(one->name());
      written.push_back(FieldName(one));
    }
  }
  // The nearest to `name`, as written; "" if there is none.
  std::string NearestTo(absl::string_view name) const {
    const auto found = std::find(meant.begin(), meant.end(), Nearest(name, meant));
    return found == meant.end() ? "" : written[found - meant.begin()];
  }
};

std::vector<const FieldDescriptor*> PlainFields(const Descriptor* type) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type->field_count(); ++i) fields.push_back(type->field(i));
  return fields;
}

absl::string_view LastPart(absl::string_view name) {
  return name.substr(name.rfind('.') + 1);  // npos + 1 is 0
}

// "mondeq" of "mondeq.relu"; "" of "relu".
absl::string_view Package(absl::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == absl::string_view::npos ? "" : name.substr(0, dot);
}

// The slot's own words about a name that will be tried and cannot exist; "" if it has none.
std::string Refusal(const Descriptor* slot, absl::string_view name) {
  for (int i = 0; i < slot->options().ExtensionSize(refused); ++i) {
    const RefusedNames& names = slot->options().GetExtension(refused, i);
    for (const std::string& one : names.name()) {
      if (!absl::EqualsIgnoreCase(one, LastPart(name))) continue;
      return absl::StrCat("refused ", slot->full_name(), " plugin \"[", name,
                          "]\": ", names.reason());
    }
  }
  return "";
}

// The plugins whose message has a field of that name, as written.
std::vector<std::string> PluginsWith(const Descriptor* slot, absl::string_view name) {
  std::vector<std::string> plugins;
  for (const FieldDescriptor* plugin : LinkedPlugins(slot)) {
    if (plugin->message_type()->FindFieldByName(std::string(name)) != nullptr) {
      plugins.push_back(FieldName(plugin));
    }
  }
  return plugins;
}

// The plugin of `slot` whose message is called `name`, "mondeq.ReluConfig"; null if there is none.
const FieldDescriptor* PluginOfMessage(const Descriptor* slot, absl::string_view name) {
  for (const FieldDescriptor* plugin : LinkedPlugins(slot)) {
    if (plugin->message_type()->full_name() == name) return plugin;
  }
  return nullptr;
}

bool IsLinkedPackage(const Descriptor* slot, absl::string_view package) {
  const std::vector<const FieldDescriptor*> plugins = LinkedPlugins(slot);
  return std::any_of(plugins.begin(), plugins.end(), [&](const FieldDescriptor* plugin) {
    return Package(plugin->full_name()) == package;
  });
}

}  // namespace

std::string UnknownField(const Descriptor* type, absl::string_view name) {
  Names names;
  names.Add(PlainFields(type));
  if (!IsSlot(type)) {
    return UnknownName(absl::StrCat(type->full_name(), " field"), name, names.meant);
  }
  const std::string refusal = Refusal(type, name);
  if (!refusal.empty()) return refusal;
  const std::vector<std::string> owners = PluginsWith(type, name);
  if (!owners.empty()) {
    return absl::StrCat("\"", name, "\" is a field of ", absl::StrJoin(owners, ", "),
                        ", not of the ", type->full_name(), " around it");
  }
  if (names.meant.empty()) return UnknownPlugin(type, name);
  names.Add(LinkedPlugins(type));
  return UnknownName(absl::StrCat(type->full_name(), " field or plugin"), name,
                     names.NearestTo(name), names.written);
}

std::string UnknownPlugin(const Descriptor* slot, absl::string_view name) {
  if (!IsSlot(slot)) {
    return absl::StrCat(slot->full_name(), " takes no plugin, found \"[", name, "]\"");
  }
  const std::string refusal = Refusal(slot, name);
  if (!refusal.empty()) return refusal;
  Names plugins;
  plugins.Add(LinkedPlugins(slot));
  const FieldDescriptor* elsewhere =
      DescriptorPool::generated_pool()->FindExtensionByName(std::string(name));
  if (elsewhere != nullptr) {
    return absl::StrCat("\"[", name, "]\" is a ", elsewhere->containing_type()->full_name(),
                        " plugin; expected one of ", absl::StrJoin(plugins.written, ", "));
  }
  // The package must not outweigh the name: the nearest is found among last parts.
  const FieldDescriptor* meant = PluginOfMessage(slot, name);
  const std::string nearest =
      meant != nullptr ? FieldName(meant) : plugins.NearestTo(LastPart(name));
  std::string line = UnknownName(absl::StrCat(slot->full_name(), " plugin"),
                                 absl::StrCat("[", name, "]"), nearest, plugins.written);
  if (nearest.empty() && !Package(name).empty() && !IsLinkedPackage(slot, Package(name))) {
    absl::StrAppend(&line, "; none of package \"", Package(name), "\" is linked into this program");
  }
  return line;
}

}  // namespace mondeq
