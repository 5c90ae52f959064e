// What a run needs to go on bit for bit where it stopped, at the end of an epoch or in the middle:
// a safetensors file (checkpoint_files.h) with the parameters (param.NAME), the optimiser's arrays
// (optimizer.NAME), the metrics of the epochs done (history), the sums of the epoch begun (epoch),
// and in its metadata alpha, the names of metrics and sums, the whole experiment, what samples it
// is of (run_data.h), how many steps an epoch has and the version that wrote it.
#ifndef MONDEQ_TRAINING_CHECKPOINT_H_
#define MONDEQ_TRAINING_CHECKPOINT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mondeq/model/model.h"
#include "mondeq/training/epoch_sums.h"
#include "mondeq/training/experiment.pb.h"
#include "mondeq/training/metrics.h"
#include "mondeq/training/optimizer.h"
#include "mondeq/training/run_data.h"

namespace mondeq {

// What a run is, for as long as it lasts.
struct RunIdentity {
  const Experiment& experiment;
  const RunData& data;
  Index steps_per_epoch;
};

// How far it has come.
struct RunState {
  // One entry per epoch done. Metrics that an earlier version did not write are NaN, counts 0.
  std::vector<EpochMetrics> history;
  // Of the epoch begun; at the end of one there are none.
  EpochSums sums;
  // How often it has diverged and gone on with a smaller learning rate.
  Index recoveries = 0;

  Index epochs_done() const { return static_cast<Index>(history.size()); }
  Index steps_done(Index steps_per_epoch) const {
    return epochs_done() * steps_per_epoch + sums.batches;
  }
};

// Writes the checkpoint, atomically and durably, and then removes all but the newest `keep`. The
// directory is made if its parent exists. Returns the file. Errors: those of PutParameters and
// WriteSafetensors.
absl::StatusOr<std::string> SaveCheckpoint(const std::string& directory, Index keep,
                                           const RunIdentity& run, const RunState& state,
                                           const Optimizer& optimizer, Model& model);

// Where a run stopped.
struct SavedRun {
  // The checkpoint.
  std::string path;
  RunState state;
  // How many epochs were planned.
  Index epochs = 0;
  // What differs from what was saved without mattering, and which newer checkpoints were damaged
  // and set aside, a line each.
  std::vector<std::string> warnings;
};

// Restores parameters, optimiser and alpha from the newest checkpoint that is sound and returns the
// rest. Errors, with nothing changed: kNotFound if there is none; that of the newest one,
// kDataLoss, if all are damaged or of another model; kInvalidArgument, naming every difference, if
// the experiment is not the one that was saved, its name and the number of epochs excepted, or if
// the samples or the steps of an epoch are others.
absl::StatusOr<SavedRun> LoadCheckpoint(const std::string& directory, const RunIdentity& run,
                                        const Optimizer& optimizer, Model* model);
// The same from the contents of one, which `path` stands for in messages.
absl::StatusOr<SavedRun> TakeCheckpoint(const std::string& path, absl::string_view contents,
                                        const RunIdentity& run, const Optimizer& optimizer,
                                        Model* model);

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_CHECKPOINT_H_
