// Runs an experiment: epochs of steps (training_step.h), with an evaluation and a checkpoint after
// each epoch, and checkpoints in between.
#ifndef MONDEQ_TRAINING_TRAINER_H_
#define MONDEQ_TRAINING_TRAINER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/collective/nccl/nccl.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/stopwatch.h"
#include "mondeq/data/loader.h"
#include "mondeq/model/model.h"
#include "mondeq/training/batch_gradients.h"
#include "mondeq/training/checkpoint.h"
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
  // Called before a checkpoint is written. An error ends the run.
  virtual absl::Status OnCheckpoint() { return absl::OkStatus(); }
  // Called when the epoch's checkpoint is written. An error ends the run.
  // `history` has the epochs done, this one last.
  virtual absl::Status OnEpoch(const std::vector<EpochMetrics>& history) {
    static_cast<void>(history);
    return absl::OkStatus();
  }
  // Called when the run has diverged and goes on from its last checkpoint, with what the user is
  // to be told of it, a line each.
  virtual void OnRecovery(const std::string& what) { static_cast<void>(what); }
  enum class Wish { kGoOn, kCheckpoint, kStop };
  // Asked after every step, after every batch that is evaluated and after OnEpoch: whether a
  // checkpoint is to be written, and whether the run is to end with it. Of several ranks each is
  // asked before a step, for what is to be done after it.
  virtual Wish Next() { return Wish::kGoOn; }
  // Called when a checkpoint that was wished for is written.
  virtual void OnWishedCheckpoint(const std::string&) {}
};

// When checkpoints are written besides those at the ends of epochs, and how many are kept.
struct CheckpointPolicy {
  // 0 for none.
  Index every_steps = 0;
  double every_seconds = 600;
  Index keep = 2;
};

class Trainer {
 public:
  // The model's weights are the initial ones; everything given must outlive the trainer.
  // `validation` has the samples that are held back, if the config asks for such. With `ranks` the
  // run is one of all of them: each has a trainer of the same experiment, samples and weights, and
  // all calls but const ones are made on every rank, in the same order. Observers are asked by
  // every rank and told the same; rank 0 alone writes checkpoints. Errors: kInvalidArgument,
  // located in `source`.
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(const Experiment& experiment,
                                                         const ConfigSource& source, Model* model,
                                                         Loader* train, Loader* test,
                                                         const Loader* validation = nullptr,
                                                         Communicator* ranks = nullptr);

  // How gradients get from the device of one rank to that of another; empty for one rank.
  const std::string& links() const { return links_.how; }
  // The making of the solves' matrices by several ranks.
  SharedPreparation& preparation() { return gradients_.preparation(); }
  // Makes epochs and evaluations of the first `batches` batches only. To be called first.
  void set_most_batches(Index batches);
  // The steps of an epoch.
  Index batches() const;

  // Sets where checkpoints are written; without a directory there are none.
  void set_checkpoints(std::string directory, const CheckpointPolicy& policy = {});
  // Continues from the newest checkpoint in that directory that is sound. Returns what the user is
  // to be told of it, a line each. Errors: those of LoadCheckpoint.
  absl::StatusOr<std::vector<std::string>> Resume();

  // What becomes of a schedule that ends with the run, when a resumed run gets another end.
  struct NewLayout {
    Index epochs_before = 0, epochs = 0;
    // Of the step that comes next: as it was planned before, and as it is.
    double learning_rate_before = 0, learning_rate = 0;
  };
  // Absent if the run was not resumed, or goes on as it was planned.
  const absl::optional<NewLayout>& new_layout() const { return new_layout_; }

  // Runs what is left. Errors, with the last checkpoint left in place: kOutOfRange if z, the loss
  // or a gradient is not finite, and the config allows no other try; kCancelled if stopped (the
  // batch at hand is finished, and a checkpoint written); file errors of the
  // checkpoint; the observer's own.
  absl::Status Run(TrainingObserver* observer);

  // Whether there is nothing left, and in words why where the run ended before its last epoch.
  bool finished() const;
  absl::optional<std::string> stopped_early() const;

  // The epochs done, with those before the run was resumed.
  const std::vector<EpochMetrics>& history() const { return state_.history; }
  // The steps done of the epoch that has begun.
  Index batches_done() const { return state_.sums.batches; }

  // Where the last checkpoint was written, or the run was resumed.
  struct Place {
    Index epochs = 0;
    // Of the epoch after these.
    Index batches = 0;
  };
  // Absent if there is no checkpoint.
  const absl::optional<Place>& kept() const { return kept_; }

  // Makes one training step on batch `index` of the loader's epoch, the one after `done_steps`
  // steps of the run: TrainingStep::Update gets done_steps + 1. `done` is told of its phases.
  // Errors: those of TrainingStep::Check and, with several ranks, of their messages.
  absl::StatusOr<StepResult> Step(Index index, Index done_steps, PhaseObserver done = IgnorePhases);

  // What the steps change besides the model.
  const Optimizer& optimizer() const { return *optimizer_; }

 private:
  Trainer(const Experiment& experiment, Model* model, Loader* train, Loader* test,
          const Loader* validation, Communicator* ranks, DeviceLinks links);

  // Restores what the newest checkpoint holds on every rank.
  absl::StatusOr<SavedRun> LoadOnAllRanks();
  // How the epochs after those done change when there are not `epochs_before` of them.
  absl::optional<NewLayout> LayOutAnew(Index epochs_before) const;
  absl::Status RunEpochs(TrainingObserver* observer);
  // What is left of the epoch's steps, and then its evaluations.
  absl::Status RunSteps(TrainingObserver* observer);
  absl::StatusOr<EpochMetrics> RunEpoch(TrainingObserver* observer);
  // Goes over the samples of a loader after the epoch's last step. The observer may end it: a run
  // that is resumed begins the epoch's evaluations anew.
  absl::StatusOr<Evaluation> Evaluate(const Loader& loader, const char* kind,
                                      TrainingObserver* observer);
  // Whether a run that has diverged may be tried again from a checkpoint.
  bool MayRecover() const;
  // Goes back to the last checkpoint, with a smaller learning rate.
  absl::Status Recover(const absl::Status& divergence, TrainingObserver* observer);
  // Makes the next step of the epoch and adds it up.
  absl::Status NextStep(TrainingObserver* observer);
  BatchProgress Progress() const;
  RunIdentity Identity() const { return {experiment_, data_, batches()}; }
  // Writes the checkpoint, if there is a directory.
  absl::Status Save(TrainingObserver* observer);
  // By the clock of this rank.
  bool IsTimeToSave() const;
  // What any rank's observer wishes.
  absl::StatusOr<TrainingObserver::Wish> AskAll(TrainingObserver* observer);
  // Writes it in the middle of an epoch, if it is time to or the observer wishes so.
  absl::Status SaveIfDue(TrainingObserver* observer, TrainingObserver::Wish wish);

  const Experiment& experiment_;
  Model& model_;
  Loader& train_;
  Loader& test_;
  // Null if no samples are held back.
  const Loader* validation_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<Schedule> schedule_;
  SingleRank single_;
  Communicator& ranks_;
  DeviceLinks links_;
  TrainingStep step_;
  BatchGradients gradients_;
  Evaluator evaluator_;
  Index most_batches_;
  std::string directory_;
  CheckpointPolicy policy_;
  // What goes into checkpoints about the samples; known where there is a directory.
  RunData data_;
  RunState state_;
  absl::optional<Place> kept_;
  // Since the last checkpoint.
  Index steps_unsaved_ = 0;
  Stopwatch since_saved_;
  std::string saved_path_;
  absl::optional<NewLayout> new_layout_;
  // What the ranks have voted for with the last step.
  Votes votes_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_TRAINER_H_
