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

// "; there is a.b, a.c" about the fields called `name` in `type` and below; "" if there is none.
std::string WhereItIs(const Descriptor* type, absl::string_view name) {
  constexpr std::size_t kMost = 4;
  std::vector<std::string> paths = PathsTo(type, name);
  if (paths.empty()) return "";
  const bool all = paths.size() <= kMost;
  if (!all) paths.resize(kMost);
  return absl::StrCat("; there is ", absl::StrJoin(paths, ", "), all ? "" : ", ...");
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

std::string UnknownField(const Descriptor* root, const Descriptor* type, absl::string_view name) {
  if (IsSlot(type)) {
    const std::string refusal = Refusal(type, name);
    if (!refusal.empty()) return refusal;
  }
  Names names;
  names.Add(PlainFields(type));
  const bool only_plugins = IsSlot(type) && names.meant.empty();
  names.Add(LinkedPlugins(type));
  std::string there = WhereItIs(type, name);
  const std::string nearest = there.empty() ? names.NearestTo(name) : "";
  if (there.empty() && nearest.empty()) there = WhereItIs(root, name);
  // In a slot without fields a name is a plugin's.
  if (only_plugins && there.empty()) return UnknownPlugin(type, name);
  const std::string kind =
      absl::StrCat(type->full_name(), IsSlot(type) ? " field or plugin" : " field");
  if (there.empty()) return UnknownName(kind, name, nearest, names.written);
  const std::string known = names.written.empty() ? "none" : absl::StrJoin(names.written, ", ");
  return absl::StrCat("unknown ", kind, " \"", name, "\"", there, "; known: ", known);
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
