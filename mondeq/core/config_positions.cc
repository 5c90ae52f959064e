#include "mondeq/core/config_positions.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "mondeq/core/schema.h"

namespace mondeq {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;
using ::google::protobuf::TextFormat;

}  // namespace

bool IsAtOrBelow(absl::string_view path, absl::string_view above) {
  if (!absl::StartsWith(path, above)) return false;
  return path.size() == above.size() || path[above.size()] == '.' || path[above.size()] == '[';
}

std::string JoinPath(absl::string_view path, absl::string_view name) {
  return absl::StrCat(path, path.empty() || name.empty() ? "" : ".", name);
}

ConfigPositions::ConfigPositions(std::string file, const Tree& tree,
                                 std::vector<Override> overrides, const Message& root)
    : file_(std::move(file)), overrides_(std::move(overrides)) {
  Walk(root, &tree, "", Place{absl::StrCat(file_, ":1:1"), nullptr});
}

void ConfigPositions::Walk(const Message& message, const Tree* tree, const std::string& path,
                           const Place& place) {
  Node& node = nodes_[&message];
  node.path = path;
  node.place = place;
  const Reflection* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* descriptor : fields) {
    const bool repeated = descriptor->is_repeated();
    const int size = repeated ? reflection->FieldSize(message, descriptor) : 1;
    for (int i = 0; i < size; ++i) {
      const int index = repeated ? i : -1;
      const std::string name =
          absl::StrCat(FieldName(descriptor), repeated ? absl::StrCat("[", i, "]") : "");
      const std::string child_path = JoinPath(path, name);
      const Place child_place = PlaceOf(descriptor, index, tree, child_path, place);
      node.fields[name] = child_place;
      if (i == 0) node.fields[FieldName(descriptor)] = child_place;
      if (descriptor->message_type() == nullptr) continue;
      Walk(repeated ? reflection->GetRepeatedMessage(message, descriptor, i)
                    : reflection->GetMessage(message, descriptor),
           tree == nullptr ? nullptr : tree->GetTreeForNested(descriptor, index), child_path,
           child_place);
    }
  }
}

ConfigPositions::Place ConfigPositions::PlaceOf(const FieldDescriptor* descriptor, int index,
                                                const Tree* tree, const std::string& path,
                                                const Place& enclosing) const {
  for (auto it = overrides_.rbegin(); it != overrides_.rend(); ++it) {
    if (IsAtOrBelow(path, it->origin)) return Place{"", &*it};
  }
  if (tree == nullptr) return enclosing;
  // A list [a, b] has one position, that of its field.
  TextFormat::ParseLocation location;
  do {
    location = tree->GetLocation(descriptor, index);
  } while (location.line < 0 && --index >= 0);
  if (location.line < 0) return enclosing;
  return Place{absl::StrCat(file_, ":", location.line + 1, ":", location.column + 1), nullptr};
}

std::string ConfigPositions::Locate(const Message& message, absl::string_view name) const {
  const auto found = nodes_.find(&message);
  if (found == nodes_.end()) return message.GetTypeName();
  const Node& node = found->second;
  const auto child = node.fields.find(std::string(name));
  const Place& place = child == node.fields.end() ? node.place : child->second;
  const std::string path = JoinPath(node.path, name);
  std::string text = place.text;
  if (place.override_ != nullptr) {
    const Override& change = *place.override_;
    if (!change.flag.empty()) return absl::StrCat(change.flag, ": ", path);
    text = absl::StrCat("--set ", change.written);
    if (change.path == path) return text;
  }
  return path.empty() ? text : absl::StrCat(text, ": ", path);
}

}  // namespace mondeq
