#include "mondeq/core/config_text.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "mondeq/core/config_advice.h"
#include "mondeq/core/unknown_field.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::DescriptorPool;
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

// Numbers that begin with zeros are octal to protobuf, and not to people.
absl::optional<TextError> FindOctal(absl::string_view text) {
  using ::google::protobuf::io::Tokenizer;
  google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  FirstError ignored;
  Tokenizer tokenizer(&stream, &ignored);
  tokenizer.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
  tokenizer.set_require_space_after_number(false);
  tokenizer.set_allow_f_after_float(true);
  while (tokenizer.Next()) {
    const Tokenizer::Token& token = tokenizer.current();
    const bool octal = token.type == Tokenizer::TYPE_INTEGER && token.text.size() > 1 &&
                       absl::ascii_isdigit(static_cast<unsigned char>(token.text[1]));
    if (!octal || token.text[0] != '0') continue;
    TextError error{token.line + 1, token.column + 1, ""};
    absl::string_view whole = text.substr(OffsetOf(text, error));
    whole = whole.substr(0, whole.find_first_not_of("0123456789.eE+-"));
    absl::string_view plain =
        whole.substr(std::min(whole.find_first_not_of('0'), whole.size() - 1));
    if (!absl::ascii_isdigit(static_cast<unsigned char>(plain[0]))) {
      plain = whole.substr(static_cast<std::size_t>(plain.data() - whole.data()) - 1);
    }
    error.message = absl::StrCat("a number that begins with 0 would be octal, found \"", whole,
                                 "\"; write ", plain);
    return error;
  }
  return absl::nullopt;
}

}  // namespace

bool ParseText(absl::string_view text, Message* root, TextFormat::ParseInfoTree* locations,
               TextError* error) {
  root->Clear();
  if (const absl::optional<TextError> wrong = FindWrongText(text)) {
    *error = *wrong;
    return false;
  }
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // the byte order mark of some editors
  FirstError errors;
  PluginFinder finder;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.SetFinder(&finder);
  parser.WriteLocationsTo(locations);
  parser.SetRecursionLimit(kDeepestMessage);
  parser.AllowPartialMessage(true);  // required fields are checked with everything else
  const bool parsed = parser.ParseFromString(std::string(text), root);
  *error = errors.error();
  // Of the parser's errors these come from octal numbers.
  const bool number = absl::StrContains(error->message, "octal") ||
                      absl::StartsWith(error->message, "Expect a decimal number") ||
                      absl::StartsWith(error->message, "Need space between number");
  const absl::optional<TextError> octal = parsed || number ? FindOctal(text) : absl::nullopt;
  if (octal.has_value() && (parsed || octal->line == error->line)) {
    *error = *octal;
    return false;
  }
  if (parsed) return true;
  if (finder.failed()) {
    error->message = finder.message();
    PointAt(text, "[", error);
  } else {
    GiveAdvice(text, root->GetDescriptor(), error);
  }
  error->message = OneLine(error->message);
  return false;
}

std::string OneLine(absl::string_view text) { return Printable(text, kLongestMessage); }

}  // namespace mondeq
