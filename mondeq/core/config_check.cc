#include "mondeq/core/config_check.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;

bool IsSet(const Message& message, const FieldDescriptor* descriptor) {
  const Reflection* reflection = message.GetReflection();
  return descriptor->is_repeated() ? reflection->FieldSize(message, descriptor) > 0
                                   : reflection->HasField(message, descriptor);
}

// Returns the value of a numeric field, or of its element if index >= 0, and nothing for fields of
// other types.
absl::optional<double> NumberIn(const Message& message, const FieldDescriptor* descriptor,
                                int index) {
  const Reflection* r = message.GetReflection();
  const bool one = index < 0;
  switch (descriptor->cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return one ? r->GetDouble(message, descriptor)
                 : r->GetRepeatedDouble(message, descriptor, index);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return one ? r->GetFloat(message, descriptor)
                 : r->GetRepeatedFloat(message, descriptor, index);
    case FieldDescriptor::CPPTYPE_INT32:
      return one ? r->GetInt32(message, descriptor)
                 : r->GetRepeatedInt32(message, descriptor, index);
    case FieldDescriptor::CPPTYPE_UINT32:
      return one ? r->GetUInt32(message, descriptor)
                 : r->GetRepeatedUInt32(message, descriptor, index);
    case FieldDescriptor::CPPTYPE_INT64:
      return static_cast<double>(one ? r->GetInt64(message, descriptor)
                                     : r->GetRepeatedInt64(message, descriptor, index));
    case FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<double>(one ? r->GetUInt64(message, descriptor)
                                     : r->GetRepeatedUInt64(message, descriptor, index));
    default:
      return absl::nullopt;
  }
}

// Whether a finite value of the field stays what it is, rounding aside, where it is computed with.
bool IsUsable(const FieldDescriptor* descriptor, double value) {
  const bool floating = descriptor->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ||
                        descriptor->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT;
  using Float = std::numeric_limits<float>;
  const double size = std::abs(value);
  return !floating || size == 0 || (size >= Float::min() && size <= Float::max());
}

// What the field's value must be, and this one is not; "" if it is.
std::string Required(const FieldDescriptor* descriptor, double value) {
  if (!std::isfinite(value)) return "a finite number";
  if (!InRange(descriptor, value)) return RangeOf(descriptor);
  if (IsUsable(descriptor, value)) return "";
  return "0 or, as a float32 is, of a size from 1.2e-38 to 3.4e+38";
}

absl::Status CheckNumber(const Message& message, const FieldDescriptor* descriptor, int index,
                         const ConfigSource& source) {
  const absl::optional<double> value = NumberIn(message, descriptor, index);
  if (!value.has_value()) return absl::OkStatus();
  const std::string required = Required(descriptor, *value);
  if (required.empty()) return absl::OkStatus();
  std::string found;
  google::protobuf::TextFormat::PrintFieldValueToString(message, descriptor, index, &found);
  std::string name = descriptor->name();
  if (index >= 0) absl::StrAppend(&name, "[", index, "]");
  return source.Error(message, name, absl::StrCat("must be ", required, ", found ", found));
}

// Text that is not UTF-8 could not be read back from what is saved.
absl::Status CheckString(const Message& message, const FieldDescriptor* descriptor, int index,
                         const ConfigSource& source) {
  if (descriptor->type() != FieldDescriptor::TYPE_STRING) return absl::OkStatus();
  const Reflection* reflection = message.GetReflection();
  const std::string value = index < 0 ? reflection->GetString(message, descriptor)
                                      : reflection->GetRepeatedString(message, descriptor, index);
  if (FindNotUtf8(value) == absl::string_view::npos) return absl::OkStatus();
  std::string name = descriptor->name();
  if (index >= 0) absl::StrAppend(&name, "[", index, "]");
  return source.Error(message, name,
                      absl::StrCat("must be UTF-8, found \"", Printable(value), "\""));
}

absl::Status CheckSlot(const Message& slot, const ConfigSource& source) {
  const std::vector<const FieldDescriptor*> set = PluginsIn(slot);
  if (set.empty()) return source.Error(slot, "", EmptySlot(slot.GetDescriptor()));
  if (set.size() == 1) return absl::OkStatus();
  return source.Error(slot, FieldName(set[1]),
                      absl::StrCat("expected one ", slot.GetTypeName(), " plugin, found ",
                                   FieldName(set[0]), " and ", FieldName(set[1])));
}

absl::Status CheckRequired(const Message& message, const ConfigSource& source) {
  const Descriptor* type = message.GetDescriptor();
  for (const FieldDescriptor* descriptor : PlainFields(type)) {
    if (!IsRequired(descriptor) || IsSet(message, descriptor)) continue;
    std::string text = absl::StrCat("missing required field \"", descriptor->name(), "\"");
    if (!DocOf(descriptor).empty()) absl::StrAppend(&text, " (", DocOf(descriptor), ")");
    const Descriptor* child = descriptor->message_type();
    if (child != nullptr && IsSlot(child)) absl::StrAppend(&text, ": ", EmptySlot(child));
    return source.Error(message, "", text);
  }
  return absl::OkStatus();
}

absl::Status CheckField(const Message& message, const FieldDescriptor* descriptor,
                        const ConfigSource& source) {
  const Reflection* reflection = message.GetReflection();
  const bool repeated = descriptor->is_repeated();
  const int size = repeated ? reflection->FieldSize(message, descriptor) : 1;
  for (int i = 0; i < size; ++i) {
    if (descriptor->message_type() != nullptr) {
      MONDEQ_RETURN_IF_ERROR(
          CheckConfig(repeated ? reflection->GetRepeatedMessage(message, descriptor, i)
                               : reflection->GetMessage(message, descriptor),
                      source));
    } else {
      const int index = repeated ? i : -1;
      MONDEQ_RETURN_IF_ERROR(CheckNumber(message, descriptor, index, source));
      MONDEQ_RETURN_IF_ERROR(CheckString(message, descriptor, index, source));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckConfig(const Message& message, const ConfigSource& source) {
  if (IsSlot(message.GetDescriptor())) MONDEQ_RETURN_IF_ERROR(CheckSlot(message, source));
  MONDEQ_RETURN_IF_ERROR(CheckRequired(message, source));
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* descriptor : fields) {
    MONDEQ_RETURN_IF_ERROR(CheckField(message, descriptor, source));
  }
  return absl::OkStatus();
}

}  // namespace mondeq
