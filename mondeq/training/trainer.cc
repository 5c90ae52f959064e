#include "mondeq/training/trainer.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/collective/collective.h"
#include "mondeq/core/file.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/model/alpha_policy.h"
#include "mondeq/training/checkpoint_files.h"
#include "mondeq/training/early_stopping.h"
#include "mondeq/training/experiment.h"

namespace mondeq {
namespace {

// The most main memory that this process has used so far.
double PeakMegabytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024e-6;  // from units of 1024 bytes
}

// Weights of which no checkpoint can be made are a divergence too, which says where it was.
absl::Status AnnotateDivergence(const absl::Status& saved, const std::string& where) {
  return absl::IsOutOfRange(saved) ? Annotate(saved, where) : saved;
}

}  // namespace

Trainer::Trainer(const Experiment& experiment, Model* model, Loader* train, Loader* test,
                 const Loader* validation, Communicator* ranks, DeviceLinks links)
    : experiment_(experiment),
      model_(*model),
      train_(*train),
      test_(*test),
      validation_(validation),
      ranks_(ranks == nullptr ? static_cast<Communicator&>(single_) : *ranks),
      links_(std::move(links)),
      step_(model),
      gradients_(model, &step_, &ranks_, links_.messages.get(), experiment.training()),
      evaluator_(model),
      most_batches_(std::numeric_limits<Index>::max()) {}

absl::StatusOr<std::unique_ptr<Trainer>> Trainer::Create(const Experiment& experiment,
                                                         const ConfigSource& source, Model* model,
                                                         Loader* train, Loader* test,
                                                         const Loader* validation,
                                                         Communicator* ranks) {
  if (!experiment.has_training()) {
    return source.Error(experiment, "", "training: must be given in order to train");
  }
  const TrainingConfig& config = experiment.training();
  MONDEQ_RETURN_IF_ERROR(CheckTrainingConfig(experiment, source));
  MONDEQ_RETURN_IF_ERROR(CheckRanks(experiment, source, ranks == nullptr ? 1 : ranks->size()));
  DeviceLinks links;
  if (ranks != nullptr && ranks->size() > 1) {
    MONDEQ_ASSIGN_OR_RETURN(links, ConnectDevices(*ranks, &model->device()));
  }
  std::unique_ptr<Trainer> trainer(
      new Trainer(experiment, model, train, test, validation, ranks, std::move(links)));
  MONDEQ_ASSIGN_OR_RETURN(
      trainer->optimizer_,
      Registry<Optimizer>::Create(config.optimizer(), source,
                                  {&model->parameters(), &model->device(), model->dtype()}));
  MONDEQ_ASSIGN_OR_RETURN(trainer->schedule_,
                          Registry<Schedule>::Create(config.schedule(), source, {&source}));
  ChooseAlphaForWeights(0, model);
  return trainer;
}

void Trainer::set_most_batches(Index batches) { most_batches_ = batches; }

Index Trainer::batches() const { return std::min(most_batches_, train_.batches()); }

void Trainer::set_checkpoints(std::string directory, const CheckpointPolicy& policy) {
  directory_ = std::move(directory);
  policy_ = policy;
  data_ = DescribeData(train_.samples(), test_.samples(),
                       validation_ == nullptr ? nullptr : &validation_->samples());
}

absl::StatusOr<SavedRun> Trainer::LoadOnAllRanks() {
  if (ranks_.size() == 1) return LoadCheckpoint(directory_, Identity(), *optimizer_, &model_);
  // Rank 0 reads: others need not see its files.
  absl::StatusOr<SavedRun> run = SavedRun();
  absl::StatusOr<std::string> contents = "";
  if (ranks_.rank() == 0) {
    run = LoadCheckpoint(directory_, Identity(), *optimizer_, &model_);
    contents = run.ok() ? ReadFile(run->path) : run.status();
  }
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks_, contents.status()));
  MONDEQ_ASSIGN_OR_RETURN(contents, BroadcastText(ranks_, *contents));
  if (ranks_.rank() != 0) {
    run = TakeCheckpoint(directory_, *contents, Identity(), *optimizer_, &model_);
  }
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks_, run.status()));
  return run;
}

absl::StatusOr<std::vector<std::string>> Trainer::Resume() {
  MONDEQ_ASSIGN_OR_RETURN(SavedRun run, LoadOnAllRanks());
  state_ = std::move(run.state);
  kept_ = Place{state_.epochs_done(), state_.sums.batches};
  new_layout_ = LayOutAnew(run.epochs);
  return run.warnings;
}

absl::optional<Trainer::NewLayout> Trainer::LayOutAnew(Index epochs_before) const {
  const Index epochs = experiment_.training().epochs(), batches = this->batches();
  const auto before = [&](Index step) { return schedule_->At({step, batches, epochs_before}); };
  const auto now = [&](Index step) { return schedule_->At({step, batches, epochs}); };
  const auto differ = [&](Index step) {
    const Rates one = before(step), other = now(step);
    return one.learning_rate != other.learning_rate || one.momentum != other.momentum;
  };
  // Schedules are simple functions of time, so a few places from here to the end tell.
  constexpr Index kPlaces = 64, kFarthest = 1000000;
  const Index left = std::min(std::max(epochs, epochs_before) - state_.epochs_done(), kFarthest);
  const Index stride = std::max<Index>(1, left * batches / kPlaces);
  const Index here = state_.steps_done(batches);
  for (Index i = 0; i < kPlaces; ++i) {
    if (!differ(here + i * stride)) continue;
    return NewLayout{epochs_before, epochs, before(here).learning_rate, now(here).learning_rate};
  }
  return absl::nullopt;
}

absl::StatusOr<StepResult> Trainer::Step(Index index, Index done_steps, PhaseObserver done) {
  StepResult result;
  MONDEQ_ASSIGN_OR_RETURN(static_cast<BatchResult&>(result),
                          gradients_.Find(train_, index, batches(), votes_, done));
  MONDEQ_RETURN_IF_ERROR(step_.CheckGradients(done));
  const TrainingTime time{done_steps, batches(), experiment_.training().epochs()};
  const TrainingConfig& config = experiment_.training();
  Rates rates = schedule_->At(time);
  rates.learning_rate *= std::pow(config.on_divergence().reduce_learning_rate(),
                                  static_cast<double>(state_.recoveries));
  result.gradient_norm =
      step_.ClipGradients(config.has_max_gradient_norm() ? config.max_gradient_norm()
                                                         : std::numeric_limits<double>::infinity());
  step_.Update(done_steps + 1, rates, optimizer_.get(), done);
  result.alpha = model_.alpha();
  result.adjoint_alpha = model_.adjoint().alpha();
  result.learning_rate = rates.learning_rate;
  return result;
}

BatchProgress Trainer::Progress() const {
  const EpochSums& sums = state_.sums;
  BatchProgress progress;
  progress.epoch = state_.epochs_done() + 1;
  progress.epochs = experiment_.training().epochs();
  progress.batch = sums.batches;
  progress.batches = batches();
  progress.samples = sums.samples;
  progress.train = sums.metrics();
  return progress;
}

absl::Status Trainer::Save(TrainingObserver* observer) {
  if (directory_.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> saved = CheckpointPath(directory_, state_.steps_done(batches()));
  const absl::Status observed = observer->OnCheckpoint();
  if (!observed.ok()) {
    saved = observed;
  } else if (ranks_.rank() == 0) {
    saved = SaveCheckpoint(directory_, policy_.keep, Identity(), state_, *optimizer_, model_);
  }
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks_, saved.status()));
  saved_path_ = *std::move(saved);
  kept_ = Place{state_.epochs_done(), state_.sums.batches};
  steps_unsaved_ = 0;
  since_saved_ = Stopwatch();
  return absl::OkStatus();
}

bool Trainer::IsTimeToSave() const { return since_saved_.seconds() >= policy_.every_seconds; }

absl::StatusOr<TrainingObserver::Wish> Trainer::AskAll(TrainingObserver* observer) {
  TrainingObserver::Wish most = observer->Next();
  if (ranks_.size() == 1) return most;
  const char mine = static_cast<char>(most);
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> all, AllGather(ranks_, {&mine, 1}));
  for (const std::string& one : all)
    most = std::max(most, static_cast<TrainingObserver::Wish>(one[0]));
  return most;
}

absl::Status Trainer::SaveIfDue(TrainingObserver* observer, TrainingObserver::Wish wish) {
  const bool wished = wish != TrainingObserver::Wish::kGoOn;
  const bool due = (policy_.every_steps > 0 && steps_unsaved_ >= policy_.every_steps) ||
                   (ranks_.size() > 1 ? votes_.save > 0 : IsTimeToSave());
  if (directory_.empty() || !(wished || due)) return absl::OkStatus();
  MONDEQ_RETURN_IF_ERROR(Save(observer));
  if (wished) observer->OnWishedCheckpoint(saved_path_);
  return absl::OkStatus();
}

absl::Status Trainer::NextStep(TrainingObserver* observer) {
  EpochSums& sums = state_.sums;
  const Stopwatch watch;
  votes_ = Votes();
  if (ranks_.size() > 1) {
    // Votes travel with the step, so that all hear of them without a message more.
    votes_.wish = static_cast<double>(observer->Next());
    votes_.save = ranks_.rank() == 0 && IsTimeToSave() ? 1 : 0;
  }
  MONDEQ_ASSIGN_OR_RETURN(const StepResult step, Step(sums.batches, state_.steps_done(batches())));
  votes_ = step.votes;
  sums.Add(step);
  sums.seconds += watch.seconds();
  ++steps_unsaved_;
  observer->OnBatch(Progress());
  return absl::OkStatus();
}

absl::Status Trainer::RunSteps(TrainingObserver* observer) {
  const Index epoch = state_.epochs_done();
  train_.StartEpoch(static_cast<int>(epoch));
  while (state_.sums.batches < batches()) {
    const Index batch = state_.sums.batches + 1;
    const auto where = [&] {
      return absl::StrCat("epoch ", epoch + 1, ", batch ", batch, " of ", batches());
    };
    const absl::Status step = NextStep(observer);
    if (!step.ok()) return Annotate(step, where());
    const auto wish =
        ranks_.size() > 1 ? static_cast<TrainingObserver::Wish>(votes_.wish) : observer->Next();
    const absl::Status saved = SaveIfDue(observer, wish);
    if (!saved.ok()) return AnnotateDivergence(saved, where());
    if (wish == TrainingObserver::Wish::kStop) {
      return absl::CancelledError("interrupted in " + where());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Evaluation> Trainer::Evaluate(const Loader& loader, const char* kind,
                                             TrainingObserver* observer) {
  const auto where = absl::StrCat("epoch ", state_.epochs_done() + 1);
  absl::Status ended;  // not by the evaluation itself
  const auto between = [&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const TrainingObserver::Wish wish, AskAll(observer));
    if (wish == TrainingObserver::Wish::kGoOn) return absl::OkStatus();
    ended = SaveIfDue(observer, wish);
    if (ended.ok() && wish == TrainingObserver::Wish::kStop) {
      ended = absl::CancelledError(
          absl::StrCat("interrupted in ", where, ", while its ", kind, " samples are evaluated"));
    }
    return ended;
  };
  const absl::StatusOr<Evaluation> result =
      evaluator_.Evaluate(loader, most_batches_, ranks_, nullptr, between);
  if (result.ok()) return result;
  return ended.ok() ? Annotate(result.status(), where) : AnnotateDivergence(ended, where);
}

absl::StatusOr<EpochMetrics> Trainer::RunEpoch(TrainingObserver* observer) {
  MONDEQ_RETURN_IF_ERROR(RunSteps(observer));
  absl::optional<ValidationMetrics> validation;
  if (validation_ != nullptr) {
    MONDEQ_ASSIGN_OR_RETURN(const Evaluation held, Evaluate(*validation_, "held-back", observer));
    validation = ValidationMetrics{held.loss, held.accuracy};
  }
  MONDEQ_ASSIGN_OR_RETURN(const Evaluation test, Evaluate(test_, "test", observer));
  return EpochMetrics{
      state_.epochs_done() + 1, state_.sums.metrics(), test.loss,       test.accuracy,
      model_.op().m(),          model_.Lipschitz(),    PeakMegabytes(), validation};
}

absl::optional<std::string> Trainer::stopped_early() const {
  const TrainingConfig& config = experiment_.training();
  if (!config.has_early_stopping()) return absl::nullopt;
  return StopsEarly(config.early_stopping(), state_.history);
}

bool Trainer::finished() const {
  return state_.epochs_done() >= experiment_.training().epochs() || stopped_early().has_value();
}

bool Trainer::MayRecover() const {
  const TrainingConfig& config = experiment_.training();
  return config.has_on_divergence() && kept_.has_value() &&
         state_.recoveries < config.on_divergence().retries();
}

absl::Status Trainer::Recover(const absl::Status& divergence, TrainingObserver* observer) {
  const DivergenceConfig& config = experiment_.training().on_divergence();
  const Index recoveries = state_.recoveries + 1;
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> warnings, Resume());
  state_.recoveries = recoveries;
  for (const std::string& warning : warnings) observer->OnRecovery(warning);
  observer->OnRecovery(
      absl::StrCat(divergence.message(), "; the run goes on after ", state_.history.size(),
                   " epochs and ", state_.sums.batches, " batches, with the learning rate times ",
                   std::pow(config.reduce_learning_rate(), static_cast<double>(recoveries)),
                   " (retry ", recoveries, " of ", config.retries(), ")"));
  return absl::OkStatus();
}

absl::Status Trainer::Run(TrainingObserver* observer) {
  MONDEQ_CHECK(experiment_.training().has_validation_fraction() == (validation_ != nullptr));
  // A run that diverges before its first checkpoint is to have one to go back to.
  if (experiment_.training().has_on_divergence() && !kept_.has_value()) {
    MONDEQ_RETURN_IF_ERROR(Save(observer));
  }
  while (true) {
    const absl::Status status = RunEpochs(observer);
    if (!absl::IsOutOfRange(status) || !MayRecover()) return status;
    MONDEQ_RETURN_IF_ERROR(Recover(status, observer));
  }
}

absl::Status Trainer::RunEpochs(TrainingObserver* observer) {
  std::vector<EpochMetrics>& history = state_.history;
  while (!finished()) {
    MONDEQ_ASSIGN_OR_RETURN(const EpochMetrics metrics, RunEpoch(observer));
    history.push_back(metrics);
    state_.sums = EpochSums();
    const std::string where = absl::StrCat("epoch ", history.size());
    MONDEQ_RETURN_IF_ERROR(AnnotateDivergence(Save(observer), where));
    MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks_, observer->OnEpoch(history)));
    // The signal may have come during the evaluation of the last epoch, which no step follows.
    MONDEQ_ASSIGN_OR_RETURN(const TrainingObserver::Wish wish, AskAll(observer));
    if (wish == TrainingObserver::Wish::kCheckpoint && !directory_.empty()) {
      observer->OnWishedCheckpoint(saved_path_);
    }
    if (wish == TrainingObserver::Wish::kStop) {
      return absl::CancelledError(absl::StrCat("interrupted in ", where, ", after its last batch"));
    }
  }
  return absl::OkStatus();
}

}  // namespace mondeq
