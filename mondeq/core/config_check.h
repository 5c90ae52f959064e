// What every config must satisfy whatever it is for, as its schema says: required fields, ranges,
// numbers that a float32 can hold, strings in UTF-8, one plugin in every slot.
#ifndef MONDEQ_CORE_CONFIG_CHECK_H_
#define MONDEQ_CORE_CONFIG_CHECK_H_

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "mondeq/core/config_source.h"

namespace mondeq {

// Returns the first violation in `message` and the messages below it, a kInvalidArgument located by
// `source`; OK if there is none. Only fields that are set are checked: defaults are trusted, and a
// message that is absent requires nothing of its fields.
absl::Status CheckConfig(const google::protobuf::Message& message, const ConfigSource& source);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_CHECK_H_
