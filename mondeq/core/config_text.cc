#include "mondeq/core/config_text.h"

#include <cstddef>

#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "google/protobuf/io/tokenizer.h"
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

}  // namespace

bool ParseText(absl::string_view text, Message* root, TextFormat::ParseInfoTree* locations,
               TextError* error) {
  root->Clear();
  if (const absl::optional<TextError> wrong = FindWrongEncoding(text)) {
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
  if (parser.ParseFromString(std::string(text), root)) return true;
  *error = errors.error();
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
