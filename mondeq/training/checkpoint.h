// What a run needs to go on bit for bit where it stopped: DIR/state.safetensors holds the
// parameters (param.NAME), the optimiser's arrays (optimizer.NAME), the metrics of the epochs done,
// and in its metadata alpha, the names of the metrics, the whole experiment and what samples it is
// of (run_data.h). It is written at the end of every epoch, atomically.
#ifndef MONDEQ_TRAINING_CHECKPOINT_H_
#define MONDEQ_TRAINING_CHECKPOINT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/model/model.h"
#include "mondeq/training/experiment.pb.h"
#include "mondeq/training/metrics.h"
#include "mondeq/training/optimizer.h"
#include "mondeq/training/run_data.h"

namespace mondeq {

// The file of the checkpoint in that directory, DIR/state.safetensors.
std::string CheckpointPath(const std::string& directory);

// Writes the checkpoint. `history` has one entry per epoch done. The directory is made if its
// parent exists.
absl::Status SaveCheckpoint(const std::string& directory, const Experiment& experiment,
                            const RunData& data, const std::vector<EpochMetrics>& history,
                            const Optimizer& optimizer, Model& model);

// Where a run stopped.
struct SavedRun {
  // One entry per epoch done. Metrics that an earlier version did not write are NaN, counts 0.
  std::vector<EpochMetrics> history;
  // How many epochs were planned.
  Index epochs = 0;
};

// Restores parameters, optimiser and alpha and returns the rest. Errors, with nothing changed:
// kNotFound if there is none; kDataLoss if it is damaged or of another model; kInvalidArgument,
// naming the first difference, if `experiment` is not the one that was saved, the number of epochs
// excepted, or if the samples are others.
absl::StatusOr<SavedRun> LoadCheckpoint(const std::string& directory, const Experiment& experiment,
                                        const RunData& data, const Optimizer& optimizer,
                                        Model* model);

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_CHECKPOINT_H_
