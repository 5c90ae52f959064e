// Parses the text format with errors that help: they are those of protobuf's parser, made to name
// what exists and to point at the name in question rather than behind it.
#ifndef MONDEQ_CORE_CONFIG_TEXT_H_
#define MONDEQ_CORE_CONFIG_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace mondeq {

// Messages nested deeper than this are refused.
constexpr int kDeepestMessage = 100;

// The first error in a text. Lines and columns count from 1; a tab advances the column to the next
// multiple of 8.
struct TextError {
  int line = 1;
  int column = 1;
  std::string message;
};

// Reads `text` into `root` (cleared first; partly filled after an error) and says where its fields
// stand. Returns false and fills `error` if the text is wrong.
bool ParseText(absl::string_view text, google::protobuf::Message* root,
               google::protobuf::TextFormat::ParseInfoTree* locations, TextError* error);

// Returns one line about a field that `type` does not have: UnknownPlugin (schema.h) if `type` is a
// slot, else the nearest field and all there are.
std::string UnknownField(const google::protobuf::Descriptor* type, absl::string_view name);

// Returns `text` without control characters, and shortened if it is very long.
std::string OneLine(absl::string_view text);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_TEXT_H_
