// mondeq train
#include <map>
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
#include "mondeq/cli/interrupt.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/progress.h"
#include "mondeq/cli/slow_notice.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/model/weights.h"
#include "mondeq/training/memory_need.h"
#include "mondeq/training/trainer.h"
#include "mondeq/training/weights_config.h"

namespace mondeq {
namespace {

// Shows and writes down what the trainer does. Without a directory nothing is written.
class Recorder final : public TrainingObserver {
 public:
  Recorder(std::map<std::string, std::string> weights_metadata, const RunDirectory* directory,
           std::vector<EpochMetrics> history, Index samples, Model* model, Progress* progress)
      : weights_metadata_(std::move(weights_metadata)),
        directory_(directory),
        history_(std::move(history)),
        samples_(samples),
        model_(*model),
        progress_(*progress) {}

  void OnBatch(const BatchProgress& batch) override { progress_.OnBatch(batch); }

  absl::Status OnCheckpoint() override {
    return directory_ == nullptr ? absl::OkStatus() : directory_->CheckInPlace();
  }

  absl::Status OnEpoch(const EpochMetrics& metrics) override {
    history_.push_back(metrics);
    // Whoever reads the line finds the epoch in the files.
    MONDEQ_RETURN_IF_ERROR(Write());
    progress_.OnEpoch(metrics, samples_);
    return absl::OkStatus();
  }

  bool Interrupted() override { return watch_.Interrupted(); }

  absl::Status Write() {
    if (directory_ == nullptr) return absl::OkStatus();
    MONDEQ_RETURN_IF_ERROR(SaveWeights(directory_->weights(), weights_metadata_, model_));
    return directory_->WriteMetrics(history_);
  }

  const std::vector<EpochMetrics>& history() const { return history_; }

 private:
  const std::map<std::string, std::string> weights_metadata_;
  const RunDirectory* directory_;
  std::vector<EpochMetrics> history_;
  Index samples_;
  Model& model_;
  Progress& progress_;
  InterruptWatch watch_;
};

std::string Resolved(const Experiment& experiment) {
  Experiment resolved = experiment;
  MakeDefaultsExplicit(&resolved);
  return ToTextproto(resolved);
}

// `status`, and what is left of the run.
absl::Status WithWhatWasKept(const absl::Status& status, const RunDirectory* directory,
                             std::size_t epochs) {
  std::string kept = "nothing was kept: no --out";
  if (directory != nullptr && !directory->CheckInPlace().ok()) return status;
  if (directory != nullptr && epochs == 0) kept = "no epoch was complete";
  if (directory != nullptr && epochs > 0) {
    kept =
        absl::StrFormat("%s keeps the run up to the end of epoch %d; --resume goes on from there",
                        directory->path(), epochs);
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

// Another number of epochs moves a schedule that ends with the run.
void TellNewLayout(const Trainer::NewLayout& layout, std::size_t done, std::ostream& err) {
  Warn(err,
       absl::StrFormat("the schedule is laid out anew for %d epochs, before for %d: after epoch "
                       "%d the learning rate is %g, and was to be %g",
                       layout.epochs, layout.epochs_before, done, layout.learning_rate,
                       layout.learning_rate_before));
}

absl::Status CheckForTraining(const Setup& setup) {
  if (!setup.experiment.has_training()) {
    return setup.source.Error(setup.experiment, "", "missing field \"training\"");
  }
  if (absl::GetFlag(FLAGS_resume) && absl::GetFlag(FLAGS_out).empty()) {
    return absl::InvalidArgumentError("--resume: needs --out=DIR, where the run is");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Trainer>> MakeTrainer(const Setup& setup, Loader* train,
                                                     Loader* test) {
  // The weights are new, or those of a checkpoint, which tells its L.
  const SlowNotice notice(setup.err, kFindingLipschitz);
  return Trainer::Create(setup.experiment, setup.source, setup.model.get(), train, test);
}

// Trains. The data, the model and the directory are ready.
absl::Status Run(const Setup& setup, const RunDirectory* directory, Loader* train, Loader* test,
                 Invocation& invocation) {
  const Experiment& experiment = setup.experiment;
  Model* model = setup.model.get();
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Trainer> trainer, MakeTrainer(setup, train, test));
  if (directory != nullptr) {
    trainer->set_checkpoint_directory(directory->checkpoint());
    if (absl::GetFlag(FLAGS_resume)) MONDEQ_RETURN_IF_ERROR(trainer->Resume());
  }
  setup.WarnIfNotGuaranteed();
  const std::vector<EpochMetrics>& done = trainer->history();
  const Index epochs = experiment.training().epochs();
  Progress progress(invocation.out, invocation.terminal, epochs, static_cast<Index>(done.size()));
  Recorder recorder(WeightsMetadata(experiment, *model, setup.dataset.get()), directory, done,
                    train->samples().count(), model, &progress);
  if (!done.empty()) {
    invocation.out << "resumed after epoch " << done.back().epoch << "\n" << std::flush;
    // The interruption may have come after the checkpoint and before weights and metrics.
    MONDEQ_RETURN_IF_ERROR(recorder.Write());
    if (done.back().epoch >= epochs) {
      invocation.out << "nothing to do: --epochs=N asks for more epochs\n";
      return absl::OkStatus();
    }
    if (trainer->new_layout().has_value()) {
      TellNewLayout(*trainer->new_layout(), done.size(), invocation.err);
    }
  }
  if (directory != nullptr) {
    MONDEQ_RETURN_IF_ERROR(directory->WriteExperiment(Resolved(experiment)));
  }
  const absl::Status status =
      ExplainMemory(trainer->Run(&recorder), experiment, setup.source, *model);
  progress.Clear();
  if (!status.ok()) return WithWhatWasKept(status, directory, recorder.history().size());
  invocation.out << LastLine(recorder.history(), progress.seconds(), directory);
  return absl::OkStatus();
}

absl::Status Train(Invocation& invocation) {
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup,
                          SetUp({/*data=*/true, /*weights=*/false}, invocation.err));
  MONDEQ_RETURN_IF_ERROR(CheckForTraining(*setup));
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel());
  RunDirectory directory(absl::GetFlag(FLAGS_out));
  const bool write = !directory.path().empty();
  if (write) {
    MONDEQ_RETURN_IF_ERROR(
        directory.Open(Resolved(setup->experiment), absl::GetFlag(FLAGS_resume)));
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
  return Run(*setup, write ? &directory : nullptr, &train, &test, invocation);
}

}  // namespace

Verb TrainVerb() {
  return {
      "train",
      "train the network of a config",
      "",
      {"config"},
      {"out", "data_dir", "seed", "epochs", "device", "threads", "set", "resume"},
      "Shows loss, accuracy, solver iterations (forward and backward), samples per second and\n"
      "the time left: on a terminal in one line that is updated, else in one line per epoch and\n"
      "one every 20 seconds. DIR (--out) gets, after each epoch,\n"
      "  experiment.textproto  the config as resolved: overrides merged, defaults explicit\n"
      "  metrics.csv           epoch, losses, accuracies (0 to 1), iterations, alpha and learning\n"
      "                        rate of the last batch, seconds\n"
      "  weights.safetensors   the parameters and their config, for eval, predict, solve, Python\n"
      "  checkpoint/           what --resume needs to go on bit for bit\n"
      "A directory that holds a run is refused without --resume; one that another run is writing\n"
      "to, which its file .mondeq-lock names, and one inside another run's always (exit code 2).\n"
      "A run is resumed with its own samples, wherever they are now; others are refused.\n"
      "Resumed with more epochs, a schedule that ends with the run is laid out anew, which a\n"
      "warning tells. Interrupting (Ctrl-C) keeps the epochs that are complete.\n",
      {"mondeq train --config=configs/quickstart.textproto --out=/tmp/quickstart",
       "mondeq train --config=configs/mnist_dense.textproto --data_dir=/data/mnist --seed=2",
       "mondeq train --config=configs/quickstart.textproto "
       "--set=model.equilibrium.operator.dense.units=50",
       "mondeq train --config=/tmp/quickstart/experiment.textproto --out=/tmp/quickstart "
       "--epochs=20 --resume"},
      Train};
}

}  // namespace mondeq
