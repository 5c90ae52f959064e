// Runs an experiment: epochs of steps (training_step.h), with an evaluation and a checkpoint after
// each epoch.
#ifndef MONDEQ_TRAINING_TRAINER_H_
#define MONDEQ_TRAINING_TRAINER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "mondeq/core/config_source.h"
#include "mondeq/data/loader.h"
#include "mondeq/model/model.h"
#include "mondeq/training/batch.h"
#include "mondeq/training/evaluate.h"
#include "mondeq/training/experiment.pb.h"
#include "mondeq/training/metrics.h"
#include "mondeq/training/optimizer.h"
#include "mondeq/training/run_data.h"
#include "mondeq/training/schedule.h"
#include "mondeq/training/training_step.h"

namespace mondeq {

// Is told what happens in a run. All calls come from the thread that runs it.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;

  virtual void OnBatch(const BatchProgress&) {}
  // Called before the checkpoint of an epoch is written. An error ends the run.
  virtual absl::Status OnCheckpoint() { return absl::OkStatus(); }
  // Called when the epoch's checkpoint is written. An error ends the run.
  virtual absl::Status OnEpoch(const EpochMetrics&) { return absl::OkStatus(); }
  // Asked after every step and after OnEpoch; true ends the run.
  virtual bool Interrupted() { return false; }
};

class Trainer {
 public:
  // The model's weights are the initial ones; everything given must outlive the trainer. Errors:
  // kInvalidArgument, located in `source`.
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(const Experiment& experiment,
                                                         const ConfigSource& source, Model* model,
                                                         Loader* train, Loader* test);

  // Sets where checkpoints are written; without a directory there are none.
  void set_checkpoint_directory(std::string directory);
  // Continues from the checkpoint in that directory. Errors: those of LoadCheckpoint.
  absl::Status Resume();

  // What becomes of a schedule that ends with the run, when a resumed run gets another end.
  struct NewLayout {
    Index epochs_before = 0, epochs = 0;
    // Of the step that comes next: as it was planned before, and as it is.
    double learning_rate_before = 0, learning_rate = 0;
  };
  // Absent if the run was not resumed, or goes on as it was planned.
  const absl::optional<NewLayout>& new_layout() const { return new_layout_; }

  // Runs the epochs that are left. Errors, with the last epoch's checkpoint left in place:
  // kOutOfRange if z, the loss or a gradient is not finite; kCancelled if interrupted (the step at
  // hand is finished, the epoch is not; an evaluation is, and its epoch is kept); file errors of
  // the checkpoint; the observer's own.
  absl::Status Run(TrainingObserver* observer);

  // The epochs done, with those before the run was resumed.
  const std::vector<EpochMetrics>& history() const { return history_; }

  struct StepResult {
    double loss = 0;
    Index samples = 0;
    Index correct = 0;
    double learning_rate = 0;
  };
  // Makes one training step on batch `index` of the loader's epoch, the one after `done_steps`
  // steps of the run: TrainingStep::Update gets done_steps + 1. `done` is told of its phases.
  // Errors: those of TrainingStep::Check.
  absl::StatusOr<StepResult> Step(Index index, Index done_steps, PhaseObserver done = IgnorePhases);

  // What the steps change besides the model.
  const Optimizer& optimizer() const { return *optimizer_; }

 private:
  Trainer(const Experiment& experiment, Model* model, Loader* train, Loader* test);

  // How the epochs after those done change when there are not `epochs_before` of them.
  absl::optional<NewLayout> LayOutAnew(Index epochs_before) const;
  absl::StatusOr<EpochMetrics> RunEpoch(Index epoch, TrainingObserver* observer);

  const Experiment& experiment_;
  Model& model_;
  Loader& train_;
  Loader& test_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<Schedule> schedule_;
  TrainingStep step_;
  Batch batch_;
  Evaluator evaluator_;
  std::string directory_;
  // What goes into checkpoints about the samples; known where there is a directory.
  RunData data_;
  std::vector<EpochMetrics> history_;
  absl::optional<NewLayout> new_layout_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_TRAINER_H_
