// --set PATH=VALUE changes one place of a config, and so do flags that stand for a place. The
// grammar is at LoadConfig (config_source.h).
#ifndef MONDEQ_CORE_CONFIG_OVERRIDE_H_
#define MONDEQ_CORE_CONFIG_OVERRIDE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace mondeq {

struct Override {
  std::string flag;     // "--epochs" if that stands for the place, "" for --set
  std::string written;  // PATH as the user wrote it
  std::string path;     // the same place, written as ConfigSource writes paths
  std::string origin;   // the topmost message on the way that had to be made, else `path`:
                        // everything from here on down comes from this override
  // What had to give way: another plugin of a slot, another member of a oneof.
  std::vector<std::string> displaced;
};

// Changes `root` as `assignment`, "PATH=VALUE" or "--FLAG PATH=VALUE", says. Errors:
// kInvalidArgument
// "--set PATH=VALUE: ..." or "--FLAG=VALUE: ...", after which `root` may be half changed.
absl::StatusOr<Override> ApplyOverride(absl::string_view assignment,
                                       google::protobuf::Message* root);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_OVERRIDE_H_
