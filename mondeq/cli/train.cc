// mondeq train
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/progress.h"
#include "mondeq/cli/run_recorder.h"
#include "mondeq/cli/slow_notice.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/training/memory_need.h"
#include "mondeq/training/trainer.h"
#include "mondeq/training/weights_config.h"

namespace mondeq {
namespace {

std::string Resolved(const Experiment& experiment) {
  Experiment resolved = experiment;
  MakeDefaultsExplicit(&resolved);
  return ToTextproto(resolved);
}

// `status`, and what is left of the run.
absl::Status WithWhatWasKept(const absl::Status& status, const RunDirectory* directory,
                             const Trainer& trainer) {
  std::string kept = "nothing was kept: no --out";
  if (directory != nullptr && !directory->CheckInPlace().ok()) return status;
  if (directory != nullptr && !trainer.kept().has_value()) kept = "no checkpoint was written";
  if (directory != nullptr && trainer.kept().has_value()) {
    const Trainer::Place& place = *trainer.kept();
    kept = absl::StrCat(directory->path(), " keeps the run up to ",
                        place.batches == 0
                            ? absl::StrCat("the end of epoch ", place.epochs)
                            : absl::StrCat("batch ", place.batches, " of epoch ", place.epochs + 1),
                        "; --resume goes on from there");
  }
  return absl::Status(status.code(), absl::StrCat(status.message(), "; ", kept));
}

std::string LastLine(const std::vector<EpochMetrics>& history, double seconds,
                     const RunDirectory* directory) {
  const EpochMetrics& last = history.back();
  return absl::StrFormat("test accuracy %.2f %%, test loss %.4f after %d epochs, %s; %s\n",
                         100 * last.test_accuracy, last.test_loss, last.epoch, Duration(seconds),
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

// Whether the run in --out goes on.
bool Resumes(const RunDirectory& directory) {
  const ResumeMode mode = absl::GetFlag(FLAGS_resume);
  return mode == ResumeMode::kYes || (mode == ResumeMode::kAuto && directory.HasCheckpoint());
}

absl::Status CheckFlags() {
  const bool may_resume = absl::GetFlag(FLAGS_resume) != ResumeMode::kNo;
  if (may_resume && absl::GetFlag(FLAGS_out).empty()) {
    return absl::InvalidArgumentError("--resume: needs --out=DIR, where the run is");
  }
  if (absl::GetFlag(FLAGS_resume) == ResumeMode::kYes && !absl::GetFlag(FLAGS_weights).empty()) {
    return absl::InvalidArgumentError(
        "--weights: a run that is resumed has its own; --resume=auto takes these to begin with");
  }
  if (absl::GetFlag(FLAGS_extend) && !may_resume) {
    return absl::InvalidArgumentError("--extend: needs --resume, for it is about a run's schedule");
  }
  MONDEQ_RETURN_IF_ERROR(CheckPositiveFlag(
      "checkpoint_minutes", absl::make_optional(absl::GetFlag(FLAGS_checkpoint_minutes))));
  MONDEQ_RETURN_IF_ERROR(
      CheckPositiveFlag("checkpoint_steps", absl::GetFlag(FLAGS_checkpoint_steps)));
  MONDEQ_RETURN_IF_ERROR(
      CheckPositiveFlag("checkpoints", absl::make_optional(absl::GetFlag(FLAGS_checkpoints))));
  const double share = absl::GetFlag(FLAGS_warn_unconverged);
  if (!(share >= 0 && share <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--warn_unconverged: must be 0 to 1, found ", share));
  }
  return CheckPositiveFlag("limit_batches", absl::GetFlag(FLAGS_limit_batches));
}

// The config that a run is of where none is given: its own.
absl::StatusOr<std::string> ConfigOfRun(const RunDirectory& directory) {
  if (!absl::GetFlag(FLAGS_config).empty()) return "";
  if (!Resumes(directory)) {
    return absl::InvalidArgumentError(
        "train needs --config=FILE, unless it resumes a run; mondeq help train tells more");
  }
  return directory.experiment();
}

CheckpointPolicy Policy() {
  CheckpointPolicy policy;
  policy.every_steps = absl::GetFlag(FLAGS_checkpoint_steps).value_or(0);
  policy.every_seconds = 60 * absl::GetFlag(FLAGS_checkpoint_minutes);
  policy.keep = absl::GetFlag(FLAGS_checkpoints);
  return policy;
}

absl::StatusOr<std::unique_ptr<Trainer>> MakeTrainer(const Setup& setup, Loader* train,
                                                     Loader* test) {
  // The weights are new, or those of a checkpoint, which tells its L.
  const SlowNotice notice(setup.err, kFindingLipschitz);
  MONDEQ_ASSIGN_OR_RETURN(
      std::unique_ptr<Trainer> trainer,
      Trainer::Create(setup.experiment, setup.source, setup.model.get(), train, test));
  const absl::optional<std::int64_t> most = absl::GetFlag(FLAGS_limit_batches);
  if (most.has_value()) trainer->set_most_batches(*most);
  return trainer;
}

// Goes on with the run in the directory.
absl::Status Resume(Trainer* trainer, Invocation& invocation) {
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> warnings, trainer->Resume());
  for (const std::string& warning : warnings) Warn(invocation.err, warning);
  MONDEQ_RETURN_IF_ERROR(CheckNewLayout(*trainer, invocation.err));
  const std::size_t epochs = trainer->history().size();
  if (trainer->batches_done() == 0) {
    invocation.out << "resumed after epoch " << epochs << std::endl;
  } else {
    invocation.out << "resumed after batch " << trainer->batches_done() << " of "
                   << trainer->batches() << " of epoch " << epochs + 1 << std::endl;
  }
  return absl::OkStatus();
}

// Trains. The data, the model and the directory are ready.
absl::Status Run(const Setup& setup, const RunDirectory* directory, bool resumes, Loader* train,
                 Loader* test, Invocation& invocation) {
  const Experiment& experiment = setup.experiment;
  Model* model = setup.model.get();
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Trainer> trainer, MakeTrainer(setup, train, test));
  if (directory != nullptr) trainer->set_checkpoints(directory->checkpoint(), Policy());
  if (resumes) MONDEQ_RETURN_IF_ERROR(Resume(trainer.get(), invocation));
  setup.WarnIfNotGuaranteed();
  const std::vector<EpochMetrics>& done = trainer->history();
  const Index epochs = experiment.training().epochs();
  const double begun =
      static_cast<double>(trainer->batches_done()) / static_cast<double>(trainer->batches());
  Progress progress(invocation.out, invocation.terminal, epochs,
                    static_cast<double>(done.size()) + begun);
  const Index samples =
      std::min(train->samples().count(), trainer->batches() * train->batch_size());
  RunRecorder recorder(WeightsMetadata(experiment, *model, setup.dataset.get()), directory, samples,
                       model, &progress,
                       {invocation.out, invocation.err, absl::GetFlag(FLAGS_warn_unconverged)});
  // The interruption may have come after the checkpoint and before weights and metrics.
  MONDEQ_RETURN_IF_ERROR(recorder.Complete(done, /*at_end_of_epoch=*/trainer->batches_done() == 0));
  if (static_cast<Index>(done.size()) >= epochs) {
    invocation.out << "nothing to do: --epochs=N asks for more epochs\n";
    return absl::OkStatus();
  }
  if (directory != nullptr) {
    MONDEQ_RETURN_IF_ERROR(directory->WriteExperiment(Resolved(experiment)));
  }
  const absl::Status status =
      ExplainMemory(trainer->Run(&recorder), experiment, setup.source, *model);
  progress.Clear();
  if (!status.ok()) return WithWhatWasKept(status, directory, *trainer);
  invocation.out << LastLine(done, progress.seconds(), directory);
  return absl::OkStatus();
}

absl::Status Train(Invocation& invocation) {
  MONDEQ_RETURN_IF_ERROR(CheckFlags());
  RunDirectory directory(absl::GetFlag(FLAGS_out));
  const bool write = !directory.path().empty(), resumes = write && Resumes(directory);
  MONDEQ_ASSIGN_OR_RETURN(const std::string config, ConfigOfRun(directory));
  MONDEQ_ASSIGN_OR_RETURN(
      const std::unique_ptr<Setup> setup,
      SetUp({/*data=*/true, /*weights=*/!absl::GetFlag(FLAGS_weights).empty(), config},
            invocation.err));
  if (!setup->experiment.has_training()) {
    return setup->source.Error(setup->experiment, "", "missing field \"training\"");
  }
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel());
  if (write) {
    MONDEQ_RETURN_IF_ERROR(directory.Open(Resolved(setup->experiment), resumes));
    if (!directory.excludes_others()) {
      Warn(invocation.err, absl::StrCat(directory.path(),
                                        ": this file system has no locks; nothing "
                                        "keeps another run from writing there"));
    }
  }
  invocation.out << Printable(setup->experiment.name()) << ": "
                 << setup->model->parameters().count() << " parameters; "
                 << setup->device->Describe() << " (" << setup->why_device << ")" << std::endl;
  MONDEQ_ASSIGN_OR_RETURN(Loader train, setup->Load(Split::kTrain));
  MONDEQ_ASSIGN_OR_RETURN(Loader test, setup->Load(Split::kTest));
  const std::string& source = train.samples().source;
  if (!source.empty()) invocation.out << "data: " << Printable(source) << std::endl;
  return Run(*setup, write ? &directory : nullptr, resumes, &train, &test, invocation);
}

}  // namespace

Verb TrainVerb() {
  return {
      "train",
      "train the network of a config",
      "",
      {},
      {"config", "out", "resume", "extend", "weights", "data_dir", "seed", "epochs",
       "limit_batches", "warn_unconverged", "checkpoint_minutes", "checkpoint_steps", "checkpoints",
       "device", "threads", "set"},
      "Shows loss, accuracy, solver iterations (forward and backward), samples per second and\n"
      "the time left: on a terminal in one line that is updated, else in one line per epoch and\n"
      "one every 20 seconds. DIR (--out) gets, after each epoch,\n"
      "  experiment.textproto  the config as resolved: overrides merged, defaults explicit\n"
      "  metrics.csv           epoch, losses, accuracies (0 to 1), iterations, alpha and learning\n"
      "                        rate of the last batch, seconds\n"
      "  weights.safetensors   the parameters and their config, for eval, predict, solve, Python\n"
      "  best.safetensors      those of the epoch that was most accurate on the test samples\n"
      "  checkpoint/           what --resume needs to go on bit for bit, in the middle of an "
      "epoch\n"
      "                        too; the newest --checkpoints of them\n"
      "A directory that holds a run is refused without --resume; one that another run is writing\n"
      "to, which its file .mondeq-lock names, and one inside another run's always (exit code 2).\n"
      "A run is resumed with its own config, where --config is not given, and its own samples,\n"
      "wherever they are now; others are refused. So is another number of epochs if the schedule\n"
      "ends with the run, unless --extend lays it out anew. --weights begins from given weights\n"
      "(fine-tuning).\n"
      "SIGINT (Ctrl-C) and SIGTERM finish the step, write a checkpoint and end the run; a second\n"
      "one ends it at once, with the last checkpoint in place. SIGUSR1 writes a checkpoint and "
      "goes\n"
      "on.\n",
      {"mondeq train --config=configs/quickstart.textproto --out=/tmp/quickstart",
       "mondeq train --config=configs/mnist_dense.textproto --data_dir=/data/mnist --seed=2",
       "mondeq train --config=configs/quickstart.textproto "
       "--set=model.equilibrium.operator.dense.units=50",
       "mondeq train --resume --out=/tmp/quickstart --epochs=20 --extend"},
      Train};
}

}  // namespace mondeq
