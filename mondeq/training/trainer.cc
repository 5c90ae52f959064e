#include "mondeq/training/trainer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/model/alpha_policy.h"
#include "mondeq/training/checkpoint.h"

namespace mondeq {
namespace {

using Clock = std::chrono::steady_clock;

// Adds up what the steps of an epoch gave, and makes the reports of it.
class Tally {
 public:
  Tally(Index epoch, Index epochs, const Loader& loader) : start_(Clock::now()) {
    progress_.epoch = epoch;
    progress_.epochs = epochs;
    progress_.batches = loader.batches();
    progress_.all_samples = loader.samples().count();
  }

  void Add(const Trainer::StepResult& step, const Model& model) {
    TrainingMetrics& train = progress_.train;
    if (progress_.batch == 0) train.relative_error = model.certificate().worst();
    ++progress_.batch;
    progress_.samples += step.samples;
    loss_ += step.loss * static_cast<double>(step.samples);
    correct_ += step.correct;
    forward_.Add(model.forward_stats());
    backward_.Add(model.backward_stats());

    const auto samples = static_cast<double>(progress_.samples);
    train.loss = loss_ / samples;
    train.accuracy = static_cast<double>(correct_) / samples;
    train.forward = forward_.metrics();
    train.backward = backward_.metrics();
    train.alpha = model.alpha();
    train.learning_rate = step.learning_rate;
    train.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  }

  const BatchProgress& progress() const { return progress_; }

  EpochMetrics Metrics(const Evaluation& test) const {
    return {progress_.epoch, progress_.train, test.loss, test.accuracy};
  }

 private:
  Clock::time_point start_;
  BatchProgress progress_;
  double loss_ = 0;
  Index correct_ = 0;
  SolveTally forward_, backward_;
};

}  // namespace

Trainer::Trainer(const Experiment& experiment, Model* model, Loader* train, Loader* test)
    : experiment_(experiment),
      model_(*model),
      train_(*train),
      test_(*test),
      step_(model),
      batch_(&model->device(), model->dtype()),
      evaluator_(model) {}

absl::StatusOr<std::unique_ptr<Trainer>> Trainer::Create(const Experiment& experiment,
                                                         const ConfigSource& source, Model* model,
                                                         Loader* train, Loader* test) {
  if (!experiment.has_training()) {
    return source.Error(experiment, "", "training: must be given in order to train");
  }
  const TrainingConfig& config = experiment.training();
  std::unique_ptr<Trainer> trainer(new Trainer(experiment, model, train, test));
  MONDEQ_ASSIGN_OR_RETURN(
      trainer->optimizer_,
      Registry<Optimizer>::Create(config.optimizer(), source,
                                  {&model->parameters(), &model->device(), model->dtype()}));
  MONDEQ_ASSIGN_OR_RETURN(trainer->schedule_,
                          Registry<Schedule>::Create(config.schedule(), source, {}));
  ChooseAlphaForWeights(0, model);
  return trainer;
}

void Trainer::set_checkpoint_directory(std::string directory) {
  directory_ = std::move(directory);
  data_ = DescribeData(train_.samples(), test_.samples());
}

absl::Status Trainer::Resume() {
  MONDEQ_ASSIGN_OR_RETURN(SavedRun run,
                          LoadCheckpoint(directory_, experiment_, data_, *optimizer_, &model_));
  history_ = std::move(run.history);
  new_layout_ = LayOutAnew(run.epochs);
  return absl::OkStatus();
}

absl::optional<Trainer::NewLayout> Trainer::LayOutAnew(Index epochs_before) const {
  const Index epochs = experiment_.training().epochs(), batches = train_.batches();
  const auto done = static_cast<Index>(history_.size());
  const auto before = [&](Index step) { return schedule_->At({step, batches, epochs_before}); };
  const auto now = [&](Index step) { return schedule_->At({step, batches, epochs}); };
  const auto differ = [&](Index step) {
    const Rates one = before(step), other = now(step);
    return one.learning_rate != other.learning_rate || one.momentum != other.momentum;
  };
  // Schedules are simple functions of time, so a few places from here to the end tell.
  constexpr Index kPlaces = 64, kFarthest = 1000000;
  const Index left = std::min(std::max(epochs, epochs_before) - done, kFarthest);
  const Index stride = std::max<Index>(1, left * batches / kPlaces), here = done * batches;
  for (Index i = 0; i < kPlaces; ++i) {
    if (!differ(here + i * stride)) continue;
    return NewLayout{epochs_before, epochs, before(here).learning_rate, now(here).learning_rate};
  }
  return absl::nullopt;
}

absl::StatusOr<Trainer::StepResult> Trainer::Step(Index index, Index done_steps,
                                                  PhaseObserver done) {
  batch_.Load(train_, index);
  ChooseAlphaForBatch(index, train_.batches(), batch_.x(), &model_);
  done(StepPhase::kData);
  // What is trained is the same whether it is certified or not.
  model_.set_certifies(index == 0, /*improves=*/false);
  step_.Forward(batch_.x(), done);
  model_.set_certifies(false);
  const CrossEntropy::Result loss = step_.Loss(batch_.labels(), done);
  step_.Backward(batch_.x(), nullptr, done);
  MONDEQ_RETURN_IF_ERROR(step_.Check(done));
  const TrainingTime time{done_steps, train_.batches(), experiment_.training().epochs()};
  const Rates rates = schedule_->At(time);
  step_.Update(done_steps + 1, rates, optimizer_.get(), done);
  return StepResult{loss.loss, batch_.count(), loss.correct, rates.learning_rate};
}

absl::StatusOr<EpochMetrics> Trainer::RunEpoch(Index epoch, TrainingObserver* observer) {
  train_.StartEpoch(static_cast<int>(epoch));
  Tally tally(epoch + 1, experiment_.training().epochs(), train_);
  for (Index i = 0; i < train_.batches(); ++i) {
    const auto where = [&] {
      return absl::StrCat("epoch ", epoch + 1, ", batch ", i + 1, " of ", train_.batches());
    };
    const absl::StatusOr<StepResult> step = Step(i, epoch * train_.batches() + i);
    if (!step.ok()) return Annotate(step.status(), where());
    tally.Add(*step, model_);
    observer->OnBatch(tally.progress());
    if (observer->Interrupted()) return absl::CancelledError("interrupted in " + where());
  }
  const absl::StatusOr<Evaluation> test = evaluator_.Evaluate(test_);
  if (!test.ok()) return Annotate(test.status(), absl::StrCat("epoch ", epoch + 1));
  return tally.Metrics(*test);
}

absl::Status Trainer::Run(TrainingObserver* observer) {
  for (auto epoch = static_cast<Index>(history_.size()); epoch < experiment_.training().epochs();
       ++epoch) {
    MONDEQ_ASSIGN_OR_RETURN(const EpochMetrics metrics, RunEpoch(epoch, observer));
    history_.push_back(metrics);
    if (!directory_.empty()) {
      MONDEQ_RETURN_IF_ERROR(observer->OnCheckpoint());
      const absl::Status saved =
          SaveCheckpoint(directory_, experiment_, data_, history_, *optimizer_, model_);
      // Weights of which nothing can be made are a divergence too, and the last good ones stay.
      if (absl::IsOutOfRange(saved)) return Annotate(saved, absl::StrCat("epoch ", epoch + 1));
      MONDEQ_RETURN_IF_ERROR(saved);
    }
    MONDEQ_RETURN_IF_ERROR(observer->OnEpoch(metrics));
    // The interrupt may have come during the evaluation of the last epoch, which no step follows.
    if (observer->Interrupted()) {
      return absl::CancelledError(
          absl::StrCat("interrupted in epoch ", epoch + 1, ", after its last batch"));
    }
  }
  return absl::OkStatus();
}

}  // namespace mondeq
