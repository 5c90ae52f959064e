// The states that --start gives a solve to begin from.
#ifndef MONDEQ_CLI_START_STATE_H_
#define MONDEQ_CLI_START_STATE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/model/model.h"

namespace mondeq {

// Reads arrays z.0, z.1, ... of the tiers of `count` samples, as solve writes them. Errors: those
// of ReadSafetensors; kDataLoss if an array is missing, or not what the model's z* of so many
// samples is, or not finite.
absl::StatusOr<std::vector<HostArray>> ReadStart(const std::string& path, Index count,
                                                 const Model& model);

}  // namespace mondeq

#endif  // MONDEQ_CLI_START_STATE_H_
