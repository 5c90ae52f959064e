#include "mondeq/core/config_difference.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "mondeq/core/schema.h"

namespace mondeq {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::TextFormat;

constexpr char kNone[] = "none";

std::string PluginOf(const Message& slot) {
  const std::vector<const FieldDescriptor*> plugins = PluginsIn(slot);
  return plugins.empty() ? kNone : FieldName(plugins.front());
}

// The fields that are set in either of them, in the order of their numbers.
std::vector<const FieldDescriptor*> FieldsIn(const Message& first, const Message& second) {
  std::map<int, const FieldDescriptor*> fields;
  for (const Message* message : {&first, &second}) {
    std::vector<const FieldDescriptor*> set;
    message->GetReflection()->ListFields(*message, &set);
    for (const FieldDescriptor* one : set) fields[one->number()] = one;
  }
  std::vector<const FieldDescriptor*> sorted;
  for (const auto& entry : fields) sorted.push_back(entry.second);
  return sorted;
}

int Count(const Message& message, const FieldDescriptor* descriptor) {
  const google::protobuf::Reflection* reflection = message.GetReflection();
  if (descriptor->is_repeated()) return reflection->FieldSize(message, descriptor);
  return reflection->HasField(message, descriptor) ? 1 : 0;
}

const Message& Part(const Message& message, const FieldDescriptor* descriptor, int i) {
  const google::protobuf::Reflection* reflection = message.GetReflection();
  return descriptor->is_repeated() ? reflection->GetRepeatedMessage(message, descriptor, i)
                                   : reflection->GetMessage(message, descriptor);
}

std::string Value(const Message& message, const FieldDescriptor* descriptor, int i) {
  if (i >= Count(message, descriptor)) return kNone;
  TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintFieldValueToString(message, descriptor, descriptor->is_repeated() ? i : -1, &text);
  if (descriptor->message_type() == nullptr) return text;
  return absl::StrCat("{ ", absl::StripAsciiWhitespace(text), " }");
}

using Found = std::vector<ConfigDifference>;

void Compare(const Message& first, const Message& second, const std::string& path, Found* found);

// Compares element i of a field at `path`, or the field itself if it is not repeated.
void CompareElement(const Message& first, const Message& second, const FieldDescriptor* descriptor,
                    int i, const std::string& path, Found* found) {
  const bool both = i < Count(first, descriptor) && i < Count(second, descriptor);
  if (both && descriptor->message_type() != nullptr) {
    return Compare(Part(first, descriptor, i), Part(second, descriptor, i), path, found);
  }
  const std::string one = Value(first, descriptor, i), other = Value(second, descriptor, i);
  if (one != other) found->push_back({path, one, other});
}

void Compare(const Message& first, const Message& second, const std::string& path, Found* found) {
  if (IsSlot(first.GetDescriptor()) && PluginOf(first) != PluginOf(second)) {
    found->push_back({path, PluginOf(first), PluginOf(second)});
    return;
  }
  for (const FieldDescriptor* descriptor : FieldsIn(first, second)) {
    const std::string name = absl::StrCat(path, path.empty() ? "" : ".", FieldName(descriptor));
    const int elements = std::max(Count(first, descriptor), Count(second, descriptor));
    for (int i = 0; i < elements; ++i) {
      const std::string place = descriptor->is_repeated() ? absl::StrCat(name, "[", i, "]") : name;
      CompareElement(first, second, descriptor, i, place, found);
    }
  }
}

}  // namespace

std::vector<ConfigDifference> Differences(const Message& first, const Message& second) {
  Found found;
  Compare(first, second, "", &found);
  return found;
}

absl::optional<ConfigDifference> FirstDifference(const Message& first, const Message& second) {
  const Found found = Differences(first, second);
  return found.empty() ? absl::nullopt : absl::make_optional(found.front());
}

}  // namespace mondeq
