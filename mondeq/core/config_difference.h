// Where two configs differ, for messages.
#ifndef MONDEQ_CORE_CONFIG_DIFFERENCE_H_
#define MONDEQ_CORE_CONFIG_DIFFERENCE_H_

#include <string>

#include "absl/types/optional.h"
#include "google/protobuf/message.h"

namespace mondeq {

struct ConfigDifference {
  std::string path;  // "model.equilibrium.operator.[mondeq.dense].units"
  // The values there, in text format on one line, a message in braces; "none" where there is none,
  // and the plugins' names, "[mondeq.dense]", where these differ.
  std::string first;
  std::string second;
};

// The first field in which they differ, if there is one. Both are of one type. A default that is
// set differs from one that is not: see MakeDefaultsExplicit.
absl::optional<ConfigDifference> FirstDifference(const google::protobuf::Message& first,
                                                 const google::protobuf::Message& second);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_DIFFERENCE_H_
