// Puts the errors of protobuf's text parser into words that help: what stands there, what exists,
// and what to write.
#ifndef MONDEQ_CORE_CONFIG_ADVICE_H_
#define MONDEQ_CORE_CONFIG_ADVICE_H_

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "mondeq/core/config_characters.h"

namespace mondeq {

// Changes `error`, which protobuf's parser gave for `text` read into a message of type `root`,
// where there are better words, and moves it from the token after a wrong name to the name.
void GiveAdvice(absl::string_view text, const google::protobuf::Descriptor* root, TextError* error);

// Moves the position back to the last `name` before it.
void PointAt(absl::string_view text, absl::string_view name, TextError* error);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_ADVICE_H_
