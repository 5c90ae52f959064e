#include "mondeq/core/config_text.h"

#include <cstddef>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/io/tokenizer.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/schema.h"

namespace mondeq {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::DescriptorPool;
using ::google::protobuf::EnumDescriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::TextFormat;

constexpr std::size_t kLongestMessage = 2000;

// Keeps the first error only: the others follow from it.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (found_) return;
    found_ = true;
    error_ = {line + 1, column + 1, message};
  }
  const TextError& error() const { return error_; }

 private:
  bool found_ = false;
  TextError error_;
};

// Finds plugins as protobuf does, and keeps the name of the one that it did not find.
class PluginFinder : public TextFormat::Finder {
 public:
  const FieldDescriptor* FindExtension(Message* message, const std::string& name) const override {
    const FieldDescriptor* found = DescriptorPool::generated_pool()->FindExtensionByName(name);
    if (found != nullptr && found->containing_type() == message->GetDescriptor()) return found;
    slot_ = message->GetDescriptor();
    name_ = name;
    return nullptr;
  }
  bool failed() const { return slot_ != nullptr; }
  std::string message() const { return UnknownPlugin(slot_, name_); }

 private:
  mutable const Descriptor* slot_ = nullptr;
  mutable std::string name_;
};

// Moves the position back to the last `name` before it. Protobuf reports a wrong name at the token
// after it.
void PointAt(absl::string_view text, absl::string_view name, TextError* error) {
  TextError at, start = *error;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (at.line > error->line || (at.line == error->line && at.column >= error->column)) break;
    if (absl::StartsWith(text.substr(i), name)) start = at;
    if (text[i] == '\n') {
      ++at.line;
      at.column = 1;
    } else {
      at.column += text[i] == '\t' ? 8 - (at.column - 1) % 8 : 1;
    }
  }
  error->line = start.line;
  error->column = start.column;
}

// The enums of all fields called `name` in `type` and below.
void CollectEnums(const Descriptor* type, absl::string_view name, std::set<const Descriptor*>* seen,
                  std::set<const EnumDescriptor*>* enums) {
  if (!seen->insert(type).second) return;
  std::vector<const FieldDescriptor*> fields = LinkedPlugins(type);
  for (int i = 0; i < type->field_count(); ++i) fields.push_back(type->field(i));
  for (const FieldDescriptor* child : fields) {
    if (child->enum_type() != nullptr && child->name() == name) enums->insert(child->enum_type());
    if (child->message_type() != nullptr) CollectEnums(child->message_type(), name, seen, enums);
  }
}

std::string UnknownValue(const Descriptor* root, absl::string_view value, absl::string_view name,
                         absl::string_view fallback) {
  std::set<const Descriptor*> seen;
  std::set<const EnumDescriptor*> enums;
  CollectEnums(root, name, &seen, &enums);
  if (enums.size() != 1) return std::string(fallback);
  std::vector<std::string> values;
  for (int i = 0; i < (*enums.begin())->value_count(); ++i) {
    values.push_back((*enums.begin())->value(i)->name());
  }
  return UnknownName(absl::StrCat(name, " value"), value, values);
}

// Puts protobuf's message into this project's words where it helps; leaves it alone otherwise.
void Translate(absl::string_view text, const Descriptor* root, TextError* error) {
  // Names stand between quotes, so the odd parts are names.
  const std::vector<std::string> parts = absl::StrSplit(error->message, '"');
  if (parts.size() == 5 && parts[0] == "Message type " && parts[2] == " has no field named ") {
    const Descriptor* type = DescriptorPool::generated_pool()->FindMessageTypeByName(parts[1]);
    if (type != nullptr) error->message = UnknownField(type, parts[3]);
    PointAt(text, parts[3], error);
  } else if (parts.size() == 5 && parts[0] == "Unknown enumeration value of ") {
    error->message = UnknownValue(root, parts[1], parts[3], error->message);
  } else if (parts.size() == 3 && parts[0] == "Non-repeated field ") {
    PointAt(text, parts[1], error);
  } else if (parts.size() == 7 && absl::StartsWith(parts[2], " is specified along with")) {
    PointAt(text, parts[1], error);
  } else if (absl::EndsWith(error->message, "got: ")) {
    error->message += "the end";
  }
}

}  // namespace

bool ParseText(absl::string_view text, Message* root, TextFormat::ParseInfoTree* locations,
               TextError* error) {
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // the byte order mark of some editors
  FirstError errors;
  PluginFinder finder;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.SetFinder(&finder);
  parser.WriteLocationsTo(locations);
  parser.SetRecursionLimit(kDeepestMessage);
  parser.AllowPartialMessage(true);  // required fields are checked with everything else
  if (parser.ParseFromString(std::string(text), root)) return true;
  *error = errors.error();
  if (finder.failed()) {
    error->message = finder.message();
    PointAt(text, "[", error);
  } else {
    Translate(text, root->GetDescriptor(), error);
  }
  error->message = OneLine(error->message);
  return false;
}

std::string UnknownField(const Descriptor* type, absl::string_view name) {
  if (IsSlot(type)) return UnknownPlugin(type, name);
  std::vector<std::string> names;
  for (int i = 0; i < type->field_count(); ++i) names.push_back(type->field(i)->name());
  return UnknownName(absl::StrCat(type->full_name(), " field"), name, names);
}

std::string OneLine(absl::string_view text) {
  std::string line;
  for (const char c : text.substr(0, kLongestMessage)) {
    if (absl::ascii_isprint(static_cast<unsigned char>(c))) {
      line += c;
    } else {
      absl::StrAppendFormat(&line, "\\x%02x", static_cast<unsigned char>(c));
    }
  }
  return text.size() > kLongestMessage ? line + "..." : line;
}

}  // namespace mondeq
