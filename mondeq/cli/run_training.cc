#include "mondeq/cli/run_training.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/optional.h"
#include "mondeq/cli/environment.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/slow_notice.h"
#include "mondeq/cli/train_observers.h"
#include "mondeq/collective/collective.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/report/observers.h"
#include "mondeq/report/progress.h"
#include "mondeq/report/tensorboard.h"
#include "mondeq/training/memory_need.h"
#include "mondeq/training/trainer.h"
#include "mondeq/training/weights_config.h"

namespace mondeq {
namespace {

// `status`, and what is left of the run.
absl::Status WithWhatWasKept(const absl::Status& status, const RunDirectory* directory,
                             const Trainer& trainer) {
  const auto with = [&](const std::string& kept) {
    return absl::Status(status.code(), absl::StrCat(status.message(), "; ", kept));
  };
  if (directory == nullptr) return with("nothing was kept: no --out");
  if (!directory->CheckInPlace().ok()) return status;
  if (!trainer.kept().has_value()) return with("no checkpoint was written");
  const Trainer::Place& place = *trainer.kept();
  return with(absl::StrCat(
      directory->path(), " keeps the run up to ",
      place.batches == 0 ? absl::StrCat("the end of epoch ", place.epochs)
                         : absl::StrCat("batch ", place.batches, " of epoch ", place.epochs + 1),
      "; --resume goes on from there"));
}

std::string LastLine(const Trainer& trainer, double seconds, const RunDirectory* directory) {
  const EpochMetrics& last = trainer.history().back();
  const absl::optional<std::string> early = trainer.stopped_early();
  return absl::StrFormat("test accuracy %.2f %%, test loss %.4f after %d epochs, %s; %s%s\n",
                         100 * last.test_accuracy, last.test_loss, last.epoch, Duration(seconds),
                         early.has_value() ? *early + "; " : "",
                         directory == nullptr ? "nothing was written: no --out"
                                              : "written to " + Printable(directory->path()));
}

// Another number of epochs moves a schedule that ends with the run, which is to be meant.
absl::Status CheckNewLayout(const Trainer& trainer, std::ostream& err) {
  if (!trainer.new_layout().has_value()) return absl::OkStatus();
  const Trainer::NewLayout& layout = *trainer.new_layout();
  const std::string change = absl::StrFormat(
      "the schedule is laid out anew for %d epochs, before for %d: the learning rate, %g as "
      "planned, is %g from here",
      layout.epochs, layout.epochs_before, layout.learning_rate_before, layout.learning_rate);
  if (!absl::GetFlag(FLAGS_extend)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--epochs: without --extend a run keeps its schedule; with it ", change));
  }
  Warn(err, change);
  return absl::OkStatus();
}

CheckpointPolicy Policy() {
  CheckpointPolicy policy;
  policy.every_steps = absl::GetFlag(FLAGS_checkpoint_steps).value_or(0);
  policy.every_seconds = 60 * absl::GetFlag(FLAGS_checkpoint_minutes);
  policy.keep = absl::GetFlag(FLAGS_checkpoints);
  return policy;
}

absl::StatusOr<std::unique_ptr<Trainer>> MakeTrainer(const Setup& setup, TrainingData* data,
                                                     Communicator* ranks) {
  // The weights are new, or those of a checkpoint, which tells its L.
  const SlowNotice notice(setup.err, kFindingLipschitz);
  MONDEQ_ASSIGN_OR_RETURN(
      std::unique_ptr<Trainer> trainer,
      Trainer::Create(setup.experiment, setup.source, setup.model.get(), &data->train, &data->test,
                      data->validation.has_value() ? &*data->validation : nullptr, ranks));
  const absl::optional<std::int64_t> most = absl::GetFlag(FLAGS_limit_batches);
  if (most.has_value()) trainer->set_most_batches(*most);
  const Choice share = absl::GetFlag(FLAGS_share_matrices);
  if (share != Choice::kAuto) trainer->preparation().set_shares(share == Choice::kYes);
  return trainer;
}

// Goes on with the run in the directory.
absl::Status Resume(Trainer* trainer, const Streams& streams) {
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> warnings, trainer->Resume());
  for (const std::string& warning : warnings) Warn(streams.err, warning);
  MONDEQ_RETURN_IF_ERROR(CheckNewLayout(*trainer, streams.err));
  const std::size_t epochs = trainer->history().size();
  if (trainer->batches_done() == 0) {
    streams.said << "resumed after epoch " << epochs << std::endl;
  } else {
    streams.said << "resumed after batch " << trainer->batches_done() << " of "
                 << trainer->batches() << " of epoch " << epochs + 1 << std::endl;
  }
  return absl::OkStatus();
}

// Runs what is left, observed.
absl::Status RunObserved(const Setup& setup, const RunDirectory* directory, RunFiles* files,
                         Trainer* trainer, const Streams& streams) {
  const Index epochs = setup.experiment.training().epochs();
  const double done =
      static_cast<double>(trainer->history().size()) +
      static_cast<double>(trainer->batches_done()) / static_cast<double>(trainer->batches());
  Progress progress(streams.shown, streams.terminal, epochs, done);
  Progress logged(streams.log, /*terminal=*/false, epochs, done);
  Warnings warnings(&streams.err, absl::GetFlag(FLAGS_warn_unconverged));
  Interrupts interrupts;
  // Whoever reads the line of an epoch finds it in the files.
  std::vector<TrainingObserver*> all = {files, &progress, &logged, &warnings, &interrupts};
  if (!streams.speaks()) all = {&interrupts};
  absl::optional<TensorBoard> board;
  if (absl::GetFlag(FLAGS_tensorboard) && streams.speaks()) {
    board.emplace(directory->path(), trainer->batches());
    all.insert(all.begin() + 1, &*board);
  }
  Observers observers(all);
  const absl::Status status = ExplainMemory(trainer->Run(&observers), setup.experiment,
                                            setup.source, *setup.model, streams.ranks.size());
  progress.Clear();
  const std::string preparation = trainer->preparation().Describe();
  if (!preparation.empty()) streams.said << preparation << std::endl;
  if (!status.ok() && !streams.speaks()) return status;
  if (!status.ok()) return WithWhatWasKept(status, directory, *trainer);
  streams.said << LastLine(*trainer, progress.seconds(), directory);
  return absl::OkStatus();
}

}  // namespace

std::string ResolvedText(const Experiment& experiment) {
  Experiment resolved = experiment;
  MakeDefaultsExplicit(&resolved);
  return ToTextproto(resolved);
}

absl::Status RunTraining(const Setup& setup, const RunDirectory* directory, bool resumes,
                         const std::string& commit, TrainingData* data, const Streams& streams) {
  const Experiment& experiment = setup.experiment;
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Trainer> trainer,
                          MakeTrainer(setup, data, &streams.ranks));
  if (directory != nullptr) trainer->set_checkpoints(directory->checkpoint(), Policy());
  if (!setup.device->shares_host_memory() && !trainer->links().empty())
    streams.said << "gradients go from GPU to GPU " << trainer->links() << std::endl;
  if (resumes) MONDEQ_RETURN_IF_ERROR(Resume(trainer.get(), streams));
  setup.WarnIfNotGuaranteed();
  RunFiles files(WeightsMetadata(experiment, *setup.model, setup.dataset.get()),
                 streams.speaks() ? directory : nullptr, setup.model.get());
  // The interruption may have come after the checkpoint and before weights and metrics.
  MONDEQ_RETURN_IF_ERROR(AgreeOn(
      streams.ranks,
      files.Complete(trainer->history(), /*at_end_of_epoch=*/trainer->batches_done() == 0)));
  if (trainer->finished()) {
    streams.said << "nothing to do: "
                 << trainer->stopped_early().value_or("--epochs=N asks for more epochs") << "\n";
    return absl::OkStatus();
  }
  absl::Status described;
  if (directory != nullptr && streams.speaks()) {
    described = directory->WriteExperiment(ResolvedText(experiment));
    if (described.ok()) {
      described = AppendEnvironment(directory->environment(), setup, commit,
                                    data->train.samples().source, resumes);
    }
  }
  MONDEQ_RETURN_IF_ERROR(AgreeOn(streams.ranks, described));
  return RunObserved(setup, directory, &files, trainer.get(), streams);
}

}  // namespace mondeq
