#include "mondeq/core/config_override.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "mondeq/core/config_positions.h"
#include "mondeq/core/config_text.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"
#include "mondeq/core/unknown_field.h"

namespace mondeq {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::MessageFactory;
using ::google::protobuf::Reflection;
using ::google::protobuf::TextFormat;

// One name of a path: a field of `parent`, an element of it if index >= 0; a list without elements
// may have any index.
struct Step {
  const FieldDescriptor* descriptor;
  int index;
};

// Splits at the dots outside brackets: "a.[x.y].b[0]" -> a, [x.y], b[0].
std::vector<absl::string_view> SplitPath(absl::string_view path) {
  std::vector<absl::string_view> parts;
  bool in_brackets = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '[') in_brackets = true;
    if (path[i] == ']') in_brackets = false;
    if (path[i] != '.' || in_brackets) continue;
    parts.push_back(path.substr(start, i - start));
    start = i + 1;
  }
  parts.push_back(path.substr(start));
  return parts;
}

absl::StatusOr<Step> ResolveStep(const Message& root, const Message& parent,
                                 absl::string_view part) {
  const Descriptor* type = parent.GetDescriptor();
  absl::string_view name = part;
  if (absl::ConsumePrefix(&name, "[") && absl::ConsumeSuffix(&name, "]")) {
    const FieldDescriptor* plugin = FindPlugin(type, name);
    if (plugin == nullptr) return absl::InvalidArgumentError(UnknownPlugin(type, name));
    return Step{plugin, -1};
  }
  name = part.substr(0, part.find('['));
  const FieldDescriptor* found = type->FindFieldByName(std::string(name));
  if (found == nullptr) found = FindPlugin(type, name);
  if (found == nullptr)
    return absl::InvalidArgumentError(UnknownField(root.GetDescriptor(), type, name));
  if (name.size() == part.size()) return Step{found, -1};

  absl::string_view digits = part.substr(name.size() + 1);
  int index = -1;
  if (!absl::ConsumeSuffix(&digits, "]") || !absl::SimpleAtoi(digits, &index) || index < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an index like ", name, "[0], found \"", part, "\""));
  }
  if (!found->is_repeated()) {
    return absl::InvalidArgumentError(absl::StrCat(name, " is not repeated and takes no index"));
  }
  const int size = parent.GetReflection()->FieldSize(parent, found);
  if (index >= size && size > 0) {
    return absl::InvalidArgumentError(absl::StrCat("index ", index, " is out of range: ", name,
                                                   " has ", size,
                                                   size == 1 ? " element" : " elements"));
  }
  return Step{found, index};
}

// Returns an error if the first of `parts` are a plugin's in full, whose dots part the path where
// it has no brackets: mondeq.relu.
absl::Status CheckBrackets(const Descriptor* slot, absl::Span<const absl::string_view> parts) {
  for (std::size_t count = 2; count <= parts.size(); ++count) {
    const std::string name = absl::StrJoin(parts.subspan(0, count), ".");
    if (FindPlugin(slot, name) == nullptr) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("a plugin is named in brackets, found \"", name, "\"; write [", name, "]"));
  }
  return absl::OkStatus();
}

// A slot holds one plugin: the one that is named stays or comes, others go.
void ClearOtherPlugins(const FieldDescriptor* plugin, Message* slot) {
  if (!plugin->is_extension()) return;
  for (const FieldDescriptor* other : PluginsIn(*slot)) {
    if (other != plugin) slot->GetReflection()->ClearField(slot, other);
  }
}

// What `message` holds that the field would displace.
std::vector<const FieldDescriptor*> DisplacedBy(const FieldDescriptor* field,
                                                const Message& message) {
  std::vector<const FieldDescriptor*> displaced;
  if (field->is_extension()) displaced = PluginsIn(message);
  if (field->real_containing_oneof() != nullptr) {
    const FieldDescriptor* member =
        message.GetReflection()->GetOneofFieldDescriptor(message, field->real_containing_oneof());
    if (member != nullptr) displaced.push_back(member);
  }
  displaced.erase(std::remove(displaced.begin(), displaced.end(), field), displaced.end());
  return displaced;
}

// Sets `made` if the message was not there before.
absl::StatusOr<Message*> Descend(const Step& step, Message* parent, bool* made) {
  const Reflection* reflection = parent->GetReflection();
  const std::string name = FieldName(step.descriptor);
  if (step.descriptor->message_type() == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(name, " is a value and has no fields"));
  }
  if (step.descriptor->is_repeated()) {
    if (step.index >= 0) {
      return reflection->MutableRepeatedMessage(parent, step.descriptor, step.index);
    }
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is repeated: write ", name, "[0] for its first element"));
  }
  ClearOtherPlugins(step.descriptor, parent);
  *made = !reflection->HasField(*parent, step.descriptor);
  return reflection->MutableMessage(parent, step.descriptor);
}

bool IsBareString(const FieldDescriptor* descriptor, absl::string_view value) {
  if (descriptor->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return false;
  if (absl::StartsWith(value, "\"") || absl::StartsWith(value, "'")) return false;
  return !(descriptor->is_repeated() && absl::StartsWith(value, "["));
}

absl::Status SetValue(const Step& step, absl::string_view value, Message* parent) {
  const FieldDescriptor* descriptor = step.descriptor;
  const std::string text = IsBareString(descriptor, value)
                               ? absl::StrCat("\"", absl::CEscape(value), "\"")
                               : std::string(value);
  // The value is read as the only field of a message of its own, then moved.
  std::unique_ptr<Message> holder(parent->New());
  TextError error;
  if (!ParseText(absl::StrCat(FieldName(descriptor), ": ", text), holder.get(), nullptr, &error)) {
    return absl::InvalidArgumentError(error.message);
  }
  const Reflection* reflection = parent->GetReflection();
  std::vector<const FieldDescriptor*> found;
  reflection->ListFields(*holder, &found);
  const bool other = found.size() > 1 || (found.size() == 1 && found[0] != descriptor);
  if (other || (step.index >= 0 && reflection->FieldSize(*holder, descriptor) != 1)) {
    return absl::InvalidArgumentError("expected one value, found more or none");
  }
  if (step.index >= 0) {
    const int last = reflection->FieldSize(*parent, descriptor);
    parent->MergeFrom(*holder);
    reflection->SwapElements(parent, descriptor, step.index, last);
    reflection->RemoveLast(parent, descriptor);
  } else {
    ClearOtherPlugins(descriptor, parent);
    reflection->SwapFields(parent, holder.get(), {descriptor});
  }
  return absl::OkStatus();
}

// `status` with what is advised to be written for the field `name` as --set takes it.
absl::Status WithPath(const absl::Status& status, const std::string& name,
                      const std::string& path) {
  const std::string written = absl::StrCat("write ", path, "=");
  return absl::InvalidArgumentError(
      absl::StrReplaceAll(status.message(), {{absl::StrCat("write ", name, " {"), written + "{"},
                                             {absl::StrCat("write ", name, ": "), written}}));
}

using Parts = absl::Span<const absl::string_view>;

absl::Status Apply(const Message& root, Parts parts, absl::string_view value, Message* message,
                   Override* change);

// The error that the list at `path` has no element in which `rest` could be set.
absl::Status NoElement(const Message& root, const FieldDescriptor* list, const std::string& path,
                       Parts rest, absl::string_view value) {
  std::string written(value);
  if (!rest.empty()) {
    const std::unique_ptr<Message> element(
        MessageFactory::generated_factory()->GetPrototype(list->message_type())->New());
    Override inside;
    MONDEQ_RETURN_IF_ERROR(Apply(root, rest, value, element.get(), &inside));
    TextFormat::Printer printer;
    printer.SetSingleLineMode(true);
    printer.PrintToString(*element, &written);
    written = absl::StrCat("{ ", written, "}");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      list->name(), " is a list without elements; write ", path, "=", written, " to give it one"));
}

// Goes down the path from `message`, sets the value and fills change's path, origin and displaced.
absl::Status Apply(const Message& root, Parts parts, absl::string_view value, Message* message,
                   Override* change) {
  std::string& path = change->path;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    MONDEQ_RETURN_IF_ERROR(CheckBrackets(message->GetDescriptor(), parts.subspan(i)));
    MONDEQ_ASSIGN_OR_RETURN(const Step step, ResolveStep(root, *message, parts[i]));
    for (const FieldDescriptor* other : DisplacedBy(step.descriptor, *message))
      change->displaced.push_back(JoinPath(path, FieldName(other)));
    absl::StrAppend(&path, i == 0 ? "" : ".", FieldName(step.descriptor));
    const bool inside =
        step.index >= 0 || (i + 1 < parts.size() && step.descriptor->message_type());
    if (inside && step.descriptor->is_repeated() &&
        message->GetReflection()->FieldSize(*message, step.descriptor) == 0) {
      return NoElement(root, step.descriptor, path, parts.subspan(i + 1), value);
    }
    if (step.index >= 0) absl::StrAppend(&path, "[", step.index, "]");
    bool is_new = i + 1 == parts.size();
    if (is_new) {
      const absl::Status status = SetValue(step, value, message);
      if (!status.ok()) return WithPath(status, FieldName(step.descriptor), path);
    } else {
      MONDEQ_ASSIGN_OR_RETURN(message, Descend(step, message, &is_new));
    }
    if (is_new && change->origin.empty()) change->origin = path;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Override> ApplyOverride(absl::string_view assignment, Message* root) {
  Override result;
  if (absl::StartsWith(assignment, "--")) {
    const std::size_t space = std::min(assignment.find(' '), assignment.size());
    result.flag = std::string(assignment.substr(0, space));
    assignment.remove_prefix(space);
  }
  const std::size_t equals = assignment.find('=');
  const std::string where =
      result.flag.empty()
          ? absl::StrCat("--set ", OneLine(assignment))
          : absl::StrCat(result.flag,
                         OneLine(assignment.substr(std::min(equals, assignment.size()))));
  if (equals == absl::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": expected PATH=VALUE, found no \"=\""));
  }
  result.written = std::string(absl::StripAsciiWhitespace(assignment.substr(0, equals)));
  const absl::string_view value = absl::StripAsciiWhitespace(assignment.substr(equals + 1));
  const std::vector<absl::string_view> parts = SplitPath(result.written);
  absl::Status status;
  if (parts.size() > kDeepestMessage) {
    status = absl::InvalidArgumentError(
        absl::StrCat("expected at most ", kDeepestMessage, " names, found ", parts.size()));
  } else {
    status = Apply(*root, parts, value, root, &result);
  }
  if (!status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": ", OneLine(status.message())));
  }
  return result;
}

}  // namespace mondeq
