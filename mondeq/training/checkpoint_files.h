// The files of a run's checkpoints, DIR/step-000001234.safetensors for the state after 1,234 steps.
// The newest few are kept, so that where one is damaged the run goes on from the one before.
// Earlier versions wrote one file, DIR/state.safetensors; it counts as the oldest.
#ifndef MONDEQ_TRAINING_CHECKPOINT_FILES_H_
#define MONDEQ_TRAINING_CHECKPOINT_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/core/features.h"

namespace mondeq {

// The file of the checkpoint after `steps` steps.
std::string CheckpointPath(const std::string& directory, Index steps);

// The checkpoints in a directory, the newest first; none where there is no directory.
std::vector<std::string> CheckpointsIn(const std::string& directory);

// Removes all checkpoints but that after `steps` steps and the `keep` - 1 before it: those after it
// are of a run that was begun anew. What cannot be removed stays.
void RemoveOtherCheckpoints(const std::string& directory, Index steps, Index keep);

// Gives a checkpoint that cannot be read another name, PATH.damaged, so that it counts no more, and
// returns that name. Errors: kPermissionDenied.
absl::StatusOr<std::string> SetAside(const std::string& path);

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_CHECKPOINT_FILES_H_
