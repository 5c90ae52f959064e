#include "mondeq/core/config_advice.h"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/unknown_field.h"
#include "mondeq/core/written_field.h"

namespace mondeq {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::DescriptorPool;
using ::google::protobuf::EnumDescriptor;
using ::google::protobuf::FieldDescriptor;

using Fields = std::vector<const FieldDescriptor*>;

bool IsNamePart(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// All fields called `name` in `type` and below, in every message once.
void CollectFields(const Descriptor* type, absl::string_view name,
                   std::set<const Descriptor*>* seen, Fields* found) {
  if (!seen->insert(type).second) return;
  for (const Fields& fields : {LinkedPlugins(type), PlainFields(type)}) {
    for (const FieldDescriptor* child : fields) {
      if (child->name() == name) found->push_back(child);
      if (child->message_type() != nullptr) CollectFields(child->message_type(), name, seen, found);
    }
  }
}

Fields FieldsNamed(const Descriptor* root, absl::string_view name) {
  std::set<const Descriptor*> seen;
  Fields found;
  CollectFields(root, name, &seen, &found);
  return found;
}

std::string UnknownValue(const Descriptor* root, absl::string_view value, absl::string_view name,
                         absl::string_view fallback) {
  std::set<const EnumDescriptor*> enums;
  for (const FieldDescriptor* one : FieldsNamed(root, name)) {
    if (one->enum_type() != nullptr) enums.insert(one->enum_type());
  }
  if (enums.size() != 1) return std::string(fallback);
  std::vector<std::string> values;
  for (int i = 0; i < (*enums.begin())->value_count(); ++i) {
    values.push_back((*enums.begin())->value(i)->name());
  }
  return UnknownName(absl::StrCat(name, " value"), value, values);
}

// The name that ends at the end of `text`, a colon and white space not counting: "alpha",
// "[mondeq.relu]".
absl::string_view LastName(absl::string_view text) {
  text = absl::StripTrailingAsciiWhitespace(text);
  if (absl::ConsumeSuffix(&text, ":")) text = absl::StripTrailingAsciiWhitespace(text);
  std::size_t start = text.size();
  if (absl::EndsWith(text, "]")) {
    start = text.rfind('[');
    return start == absl::string_view::npos ? "" : text.substr(start);
  }
  while (start > 0 && IsNamePart(text[start - 1])) --start;
  return text.substr(start);
}

// The value at the beginning of `text`, up to what ends one, without quotes or brackets.
absl::string_view FirstValue(absl::string_view text) {
  absl::ConsumePrefix(&text, "[");
  text = text.substr(0, text.find_first_of(" \t\r\n,;{}[]#"));
  if (text.size() >= 2 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0]) {
    return text.substr(1, text.size() - 2);
  }
  return text;
}

// The messages that fields called `name` hold, if they all hold the same; else null.
const Descriptor* MessageOf(const Descriptor* root, absl::string_view name) {
  std::set<const Descriptor*> types;
  if (absl::ConsumePrefix(&name, "[") && absl::ConsumeSuffix(&name, "]")) {
    const FieldDescriptor* plugin =
        DescriptorPool::generated_pool()->FindExtensionByName(std::string(name));
    return plugin == nullptr ? nullptr : plugin->message_type();
  }
  for (const FieldDescriptor* one : FieldsNamed(root, name)) types.insert(one->message_type());
  return types.size() == 1 ? *types.begin() : nullptr;
}

// Protobuf expected "{" or ":" and found something else.
void AdviseOnPunctuation(absl::string_view text, const Descriptor* root, TextError* error) {
  const std::size_t offset = OffsetOf(text, *error);
  const absl::string_view name = LastName(text.substr(0, offset));
  absl::string_view rest = text.substr(offset);
  if (absl::ConsumePrefix(&rest, "=")) rest = absl::StripLeadingAsciiWhitespace(rest);
  const absl::string_view value = FirstValue(rest);
  if (name.empty()) return;
  if (absl::StartsWith(error->message, "Expected \"{\"")) {
    const Descriptor* type = MessageOf(root, name);
    if (type != nullptr && !value.empty()) error->message = WriteBraces(type, name, value);
    if (type != nullptr && value.empty()) {
      error->message = absl::StrCat("\"", name, "\" holds fields in braces; write ", name, " {}");
    }
  } else if (text.substr(offset, 1) == "{") {
    absl::string_view inside = absl::StripLeadingAsciiWhitespace(text.substr(offset + 1));
    if (absl::ConsumePrefix(&inside, "value:")) inside = absl::StripLeadingAsciiWhitespace(inside);
    std::string written = absl::StrCat(name, ": VALUE");
    for (const FieldDescriptor* one : FieldsNamed(root, name)) {
      const std::string one_value = WriteValue(one->containing_type(), name, FirstValue(inside));
      if (!one_value.empty()) written = one_value;
    }
    error->message = absl::StrCat("\"", name, "\" is one value, found \"{\"; write ", written);
  } else if (text.substr(offset, 1) == "=") {
    error->message = absl::StrCat("expected \":\" after \"", name, "\", found \"=\"");
  }
}

// Protobuf expected a field's name and found `found`.
void AdviseOnIdentifier(absl::string_view text, const Descriptor* root, absl::string_view found,
                        TextError* error) {
  const std::size_t offset = OffsetOf(text, *error);
  absl::string_view before = text.substr(0, offset);
  const absl::string_view value = FirstValue(text.substr(offset));
  const bool number = !value.empty() && absl::ascii_isdigit(static_cast<unsigned char>(value[0]));
  if (number && absl::ConsumeSuffix(&before, ",") && !before.empty() &&
      absl::ascii_isdigit(static_cast<unsigned char>(before.back()))) {
    const absl::string_view whole = before.substr(before.find_last_of(" \t\r\n:") + 1);
    error->message = absl::StrCat("a number is written without commas, found \"", whole, ",", value,
                                  "\"; its decimal point is \".\"");
    return;
  }
  before = absl::StripTrailingAsciiWhitespace(before);
  const bool first = absl::ConsumeSuffix(&before, "{");
  const absl::string_view name = first ? LastName(before) : "";
  const Descriptor* type = name.empty() ? nullptr : MessageOf(root, name);
  if (number && type != nullptr && type->FindFieldByName("value") != nullptr) {
    error->message = WriteBraces(type, name, value);
  } else if (absl::StartsWith(found, "\"") || absl::StartsWith(found, "'")) {
    error->message = absl::StrCat("a field's name stands without quotes, found ", found, "; write ",
                                  found.substr(1, found.size() - 2));
  } else if (absl::StartsWith(text.substr(offset), "//") ||
             absl::StartsWith(text.substr(offset), "/*")) {
    error->message = "a comment begins with \"#\", found \"/\"";
  } else if (before.empty() && found == "{") {
    error->message =
        "a config is protobuf text, name: value, without braces around it; found \"{\"";
  } else {
    error->message = found.empty()
                         ? "expected the name of a field or \"}\", found the end"
                         : absl::StrCat("expected the name of a field, found \"", found, "\"");
  }
}

// "[type.googleapis.com/mondeq.ReluConfig]": protobuf's way of naming the type of an Any.
void AdviseOnAny(absl::string_view text, const Descriptor* root, TextError* error) {
  const std::size_t slash = OffsetOf(text, *error);
  const std::size_t start = text.rfind('[', slash), end = text.find(']', slash);
  if (start == absl::string_view::npos || end == absl::string_view::npos) return;
  const absl::string_view whole = text.substr(start, end + 1 - start);
  const absl::string_view name = text.substr(slash + 1, end - slash - 1);
  absl::string_view before = absl::StripTrailingAsciiWhitespace(text.substr(0, start));
  absl::ConsumeSuffix(&before, "{");
  const Descriptor* slot = MessageOf(root, LastName(before));
  const bool known = slot != nullptr && IsSlot(slot);
  std::string advice = known ? UnknownPlugin(slot, name) : "no plugin has that name";
  // A message of a plugin is written by the plugin's name.
  for (const Descriptor* one : known ? std::vector<const Descriptor*>{slot} : Slots()) {
    for (const FieldDescriptor* plugin : LinkedPlugins(one)) {
      const bool meant = plugin->message_type()->full_name() == name ||
                         plugin->full_name() == name || plugin->name() == name;
      if (meant) advice = "write " + FieldName(plugin);
    }
  }
  *error = ErrorAt(
      text, start,
      absl::StrCat("a plugin is named without an address, found \"", whole, "\"; ", advice));
}

// Something else than a name stands in the brackets of a plugin, as [mondeq.peaceman-rachford].
void AdviseOnBrackets(absl::string_view text, const Descriptor* root, TextError* error) {
  const std::size_t offset = OffsetOf(text, *error), start = text.rfind('[', offset),
                    end = text.find_first_of("]{}\n", offset);
  if (start == absl::string_view::npos || end == absl::string_view::npos || text[end] != ']')
    return;
  absl::string_view before = absl::StripTrailingAsciiWhitespace(text.substr(0, start));
  absl::ConsumeSuffix(&before, "{");
  const Descriptor* slot = MessageOf(root, LastName(before));
  if (slot == nullptr || !IsSlot(slot)) return;
  *error = ErrorAt(text, start, UnknownPlugin(slot, text.substr(start + 1, end - start - 1)));
}

// A quote that does not end on its line; one that looks like it may stand there.
void AdviseOnString(absl::string_view text, TextError* error) {
  const absl::string_view before = text.substr(0, OffsetOf(text, *error));
  const std::string quote = TypographicQuoteIn(before.substr(before.rfind('\n') + 1));
  if (!quote.empty()) absl::StrAppend(&error->message, " (", quote, ")");
}

// `name`, which stands at `place`, may be the beginning of a plugin without its brackets.
std::string UnknownPlainName(absl::string_view text, const Descriptor* root, const Descriptor* type,
                             const std::string& name, const TextError& place) {
  absl::string_view whole = text.substr(OffsetOf(text, place));
  std::size_t end = 0;
  while (end < whole.size() && (IsNamePart(whole[end]) || whole[end] == '.' || whole[end] == '-'))
    ++end;
  whole = whole.substr(0, end);
  // "max-iterations" is one name to who writes it.
  if (absl::StrContains(whole, '-')) return UnknownField(root, type, whole);
  if (!IsSlot(type) || whole.size() == name.size()) return UnknownField(root, type, name);
  if (FindPlugin(type, whole) == nullptr) return UnknownPlugin(type, whole);
  return absl::StrCat("a plugin is named in brackets, found \"", whole, "\"; write [", whole, "]");
}

// Names stand between quotes in protobuf's messages, so the odd parts are names.
void AdviseOnName(absl::string_view text, const Descriptor* root, TextError* error) {
  const std::vector<std::string> parts = absl::StrSplit(error->message, '"');
  if (parts.size() == 5 && parts[0] == "Message type " && parts[2] == " has no field named ") {
    const Descriptor* type = DescriptorPool::generated_pool()->FindMessageTypeByName(parts[1]);
    PointAt(text, parts[3], error);
    if (type != nullptr) error->message = UnknownPlainName(text, root, type, parts[3], *error);
  } else if (parts.size() == 5 && parts[0] == "Unknown enumeration value of ") {
    error->message = UnknownValue(root, parts[1], parts[3], error->message);
  } else if (parts.size() == 3 && parts[0] == "Non-repeated field ") {
    PointAt(text, parts[1], error);
  } else if (parts.size() == 7 && absl::StartsWith(parts[2], " is specified along with")) {
    PointAt(text, parts[1], error);
  }
}

}  // namespace

void PointAt(absl::string_view text, absl::string_view name, TextError* error) {
  const std::size_t end = OffsetOf(text, *error);
  const std::size_t start = end == 0 ? absl::string_view::npos : text.rfind(name, end - 1);
  if (start != absl::string_view::npos) *error = ErrorAt(text, start, error->message);
}

void GiveAdvice(absl::string_view text, const Descriptor* root, TextError* error) {
  const std::string message = error->message;
  if (absl::StartsWith(message, "Interpreting non ascii codepoint")) {
    const std::size_t offset = OffsetOf(text, *error);
    if (offset < text.size()) error->message = ForeignCharacter(text.substr(offset));
  } else if (absl::EndsWith(message, "must be followed by exponent.")) {
    const std::size_t offset = OffsetOf(text, *error);
    const bool foreign = offset < text.size() && static_cast<unsigned char>(text[offset]) >= 0x80;
    if (foreign) error->message = ForeignCharacter(text.substr(offset));
  } else if (message == "Expected \"]\", found \"/\".") {
    AdviseOnAny(text, root, error);
  } else if (absl::StartsWith(message, "Expected \"]\", found")) {
    AdviseOnBrackets(text, root, error);
  } else if (absl::StartsWith(message, "Expected \"{\", found") ||
             absl::StartsWith(message, "Expected \":\", found")) {
    AdviseOnPunctuation(text, root, error);
  } else if (absl::StartsWith(message, "String literals cannot cross line boundaries") ||
             absl::StartsWith(message, "Unexpected end of string")) {
    AdviseOnString(text, error);
  } else if (absl::StartsWith(message, "Expected identifier, got: ")) {
    AdviseOnIdentifier(text, root, absl::StripPrefix(message, "Expected identifier, got: "), error);
  } else if (absl::EndsWith(message, "got: ")) {
    error->message += "the end";
  } else if (absl::StartsWith(message, "Invalid value for boolean field")) {
    error->message += " Write true or false.";
  } else if (absl::StartsWith(message, "Expected string, got: ")) {
    error->message += "; text stands in quotes";
  } else {
    AdviseOnName(text, root, error);
  }
}

}  // namespace mondeq
