#include "mondeq/core/written_field.h"

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/unknown_field.h"

namespace mondeq {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::TextFormat;

class Silence : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, int, const std::string&) override {}
};

// Whether `text` can stand in a message of that type.
bool IsText(const Descriptor* type, const std::string& text) {
  const std::unique_ptr<Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  Silence errors;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.AllowPartialMessage(true);
  return parser.Parse(&stream, message.get());
}

}  // namespace

std::string WriteValue(const Descriptor* type, absl::string_view name, absl::string_view value) {
  for (const std::string& written :
       {absl::StrCat(name, ": ", value), absl::StrCat(name, ": \"", value, "\"")}) {
    if (IsText(type, written)) return written;
  }
  return "";
}

std::string WriteBraces(const Descriptor* type, absl::string_view name, absl::string_view value) {
  const std::string start =
      absl::StrCat("\"", name, "\" holds fields in braces, found \"", value, "\"; ");
  const auto example = [&](absl::string_view inside) {
    return absl::StrCat(start, "write ", name, " { ", inside, " }");
  };
  if (IsSlot(type)) {
    const absl::string_view short_name = value.substr(value.rfind('.') + 1);
    const FieldDescriptor* plugin = FindPlugin(type, short_name);
    return plugin != nullptr ? example(FieldName(plugin) + " {}")
                             : absl::StrCat(start, UnknownPlugin(type, value));
  }
  std::vector<std::string> names;
  for (const FieldDescriptor* field : PlainFields(type)) names.push_back(field->name());
  if (names.empty()) return absl::StrCat(start, "it has none: write ", name, " {}");
  const FieldDescriptor* named = type->FindFieldByName(Nearest(value, names));
  if (named != nullptr && named->message_type() != nullptr) return example(named->name() + " {}");
  // A message that stands for one number calls it value.
  const bool has_value = type->FindFieldByName("value") != nullptr;
  const std::string written =
      has_value || names.size() == 1 ? WriteValue(type, has_value ? "value" : names[0], value) : "";
  if (!written.empty()) return example(written);
  return absl::StrCat(start, value == "true" ? absl::StrCat("write ", name, " {} or give ") : "",
                      "its fields: ", absl::StrJoin(names, ", "));
}

}  // namespace mondeq
