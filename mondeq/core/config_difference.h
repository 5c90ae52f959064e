// Finds where two configs differ, for error messages.
#ifndef MONDEQ_CORE_CONFIG_DIFFERENCE_H_
#define MONDEQ_CORE_CONFIG_DIFFERENCE_H_

#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "google/protobuf/message.h"

namespace mondeq {

struct ConfigDifference {
  std::string path;  // "model.equilibrium.operator.[mondeq.dense].units"
  // The values that the two configs have at `path`, in text format on one line, a message in
  // braces. "none" stands for no value; where a slot holds different plugins these are the plugins'
  // names, "[mondeq.dense]".
  std::string first;
  std::string second;
};

// Returns the fields, by number, in which `first` and `second` differ, of a message or of different
// plugins as a whole if only one has it. Both must be of one message type. A field that is set to
// its default differs from one that is not set; MakeDefaultsExplicit (config_source.h) sets such
// fields.
std::vector<ConfigDifference> Differences(const google::protobuf::Message& first,
                                          const google::protobuf::Message& second);
// The first of them, or nothing if there is none.
absl::optional<ConfigDifference> FirstDifference(const google::protobuf::Message& first,
                                                 const google::protobuf::Message& second);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_DIFFERENCE_H_
