// --set PATH=VALUE: a change of one place of a config. The grammar is in config_source.h.
#ifndef MONDEQ_CORE_CONFIG_OVERRIDE_H_
#define MONDEQ_CORE_CONFIG_OVERRIDE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace mondeq {

struct Override {
  std::string written;  // PATH as the user wrote it
  std::string path;     // the same place as ConfigSource writes it
  std::string origin;   // the topmost message on the way that had to be made, or `path`: from here
                        // on down everything comes from this override
};

// Changes `root`. Errors: kInvalidArgument "--set PATH=VALUE: ..."; `root` may be half changed
// then.
absl::StatusOr<Override> ApplyOverride(absl::string_view assignment,
                                       google::protobuf::Message* root);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_OVERRIDE_H_
