// What every config must satisfy whatever it is for, as its schema says: required fields, ranges,
// finite numbers, one plugin in every slot.
#ifndef MONDEQ_CORE_CONFIG_CHECK_H_
#define MONDEQ_CORE_CONFIG_CHECK_H_

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "mondeq/core/config_source.h"

namespace mondeq {

// The first violation in `message` and below, located by `source`. Only fields that are set are
// checked: defaults are trusted, and what is not there requires nothing.
absl::Status CheckConfig(const google::protobuf::Message& message, const ConfigSource& source);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_CHECK_H_
