// --set PATH=VALUE: a change of one place of a config. The grammar is in config_source.h.
#ifndef MONDEQ_CORE_CONFIG_OVERRIDE_H_
#define MONDEQ_CORE_CONFIG_OVERRIDE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace mondeq {

// What an override replaced or made, with everything below it.
struct Override {
  std::string written;  // PATH as the user wrote it
  std::string path;  // the same place as ConfigSource writes it, or the message above it that had
                     // to be made
};

// Changes `root`. Errors: kInvalidArgument "--set PATH=VALUE: ..."; `root` may be half changed
// then.
absl::StatusOr<Override> ApplyOverride(absl::string_view assignment,
                                       google::protobuf::Message* root);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_OVERRIDE_H_
