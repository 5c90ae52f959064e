// Parses the text format with errors that help: they are those of protobuf's parser, made to name
// what exists and to point at the name in question rather than behind it (config_advice.h). Text
// that is not UTF-8 is refused.
#ifndef MONDEQ_CORE_CONFIG_TEXT_H_
#define MONDEQ_CORE_CONFIG_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "mondeq/core/config_characters.h"

namespace mondeq {

// Messages nested deeper than this are refused.
constexpr int kDeepestMessage = 100;

// Reads `text` into `root` (cleared first; partly filled after an error) and says where its fields
// stand. Returns false and fills `error` if the text is wrong.
bool ParseText(absl::string_view text, google::protobuf::Message* root,
               google::protobuf::TextFormat::ParseInfoTree* locations, TextError* error);

// Returns `text` as Printable does (utf8.h), and shortened if it is very long.
std::string OneLine(absl::string_view text);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_TEXT_H_
