// mondeq train
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/ranks.h"
#include "mondeq/cli/run_training.h"
#include "mondeq/cli/train_seeds.h"
#include "mondeq/cli/verb.h"
#include "mondeq/collective/collective.h"
#include "mondeq/core/exit_code.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/report/log_file.h"
#include "mondeq/training/training_data.h"

namespace mondeq {
namespace {

// Whether the run in --out goes on.
bool Resumes(const RunDirectory& directory) {
  const Choice mode = absl::GetFlag(FLAGS_resume);
  return mode == Choice::kYes || (mode == Choice::kAuto && directory.HasCheckpoint());
}

absl::Status CheckFlags() {
  const bool may_resume = absl::GetFlag(FLAGS_resume) != Choice::kNo;
  if (may_resume && absl::GetFlag(FLAGS_out).empty()) {
    return absl::InvalidArgumentError("--resume: needs --out=DIR, where the run is");
  }
  if (absl::GetFlag(FLAGS_tensorboard) && absl::GetFlag(FLAGS_out).empty()) {
    return absl::InvalidArgumentError(
        "--tensorboard: needs --out=DIR, where the files are written");
  }
  if (absl::GetFlag(FLAGS_resume) == Choice::kYes && !absl::GetFlag(FLAGS_weights).empty()) {
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
absl::StatusOr<std::string> ConfigOfRun(const RunDirectory& directory, bool resumes) {
  if (!absl::GetFlag(FLAGS_config).empty()) return "";
  if (!resumes) {
    return absl::InvalidArgumentError(
        "train needs --config=FILE, unless it resumes a run; mondeq help train tells more");
  }
  return directory.experiment();
}

// Opens the folder of the run, and the log, which may be in it.
absl::Status OpenFiles(const Setup& setup, bool resumes, RunDirectory* directory,
                       const Streams& streams) {
  if (!directory->path().empty()) {
    MONDEQ_RETURN_IF_ERROR(directory->Open(ResolvedText(setup.experiment), resumes));
    if (!directory->excludes_others()) {
      Warn(streams.err, absl::StrCat(directory->path(),
                                     ": this file system has no locks; nothing "
                                     "keeps another run from writing there"));
    }
  }
  const std::string log = absl::GetFlag(FLAGS_log);
  if (log.empty()) return absl::OkStatus();
  MONDEQ_RETURN_IF_ERROR(CheckOutput(
      log, {{"config", absl::GetFlag(FLAGS_config)}, {"weights", absl::GetFlag(FLAGS_weights)}},
      "log"));
  return streams.log.Open(log);
}

// What a rank makes before it trains.
struct Prepared {
  std::unique_ptr<Setup> setup;
  absl::optional<TrainingData> data;
};

absl::Status Prepare(RunDirectory* directory, bool resumes, const RankPlace& place,
                     const Streams& streams, Prepared* prepared) {
  MONDEQ_ASSIGN_OR_RETURN(const std::string config, ConfigOfRun(*directory, resumes));
  MONDEQ_ASSIGN_OR_RETURN(prepared->setup,
                          SetUp({/*data=*/true, /*weights=*/!absl::GetFlag(FLAGS_weights).empty(),
                                 config, place.on_host},
                                streams.err));
  Setup& setup = *prepared->setup;
  if (!setup.experiment.has_training()) {
    return setup.source.Error(setup.experiment, "", "missing field \"training\"");
  }
  MONDEQ_RETURN_IF_ERROR(setup.MakeModel());
  if (streams.speaks()) MONDEQ_RETURN_IF_ERROR(OpenFiles(setup, resumes, directory, streams));
  if (!place.text.empty()) streams.said << place.text << std::endl;
  streams.said << Printable(setup.experiment.name()) << ": " << setup.model->parameters().count()
               << " parameters; " << setup.device->Describe() << " (" << setup.why_device << ")"
               << std::endl;
  MONDEQ_ASSIGN_OR_RETURN(prepared->data,
                          LoadTrainingData(setup.experiment, setup.source, *setup.dataset));
  const std::string& source = prepared->data->train.samples().source;
  if (!source.empty()) streams.said << "data: " << Printable(source) << std::endl;
  return absl::OkStatus();
}

// What decides a run, besides the experiment.
std::vector<RankFact> Facts(const Prepared& prepared) {
  const TrainingData& data = *prepared.data;
  return {WeightsFact(*prepared.setup->model),
          SamplesFact("training samples", data.train.samples()),
          SamplesFact("test samples", data.test.samples()),
          DeviceFact(*prepared.setup->device),
          {"--limit_batches", absl::StrCat(absl::GetFlag(FLAGS_limit_batches).value_or(0))},
          {"--checkpoint_steps", absl::StrCat(absl::GetFlag(FLAGS_checkpoint_steps).value_or(0))},
          {"--share_matrices", AbslUnparseFlag(absl::GetFlag(FLAGS_share_matrices))},
          {"--extend", absl::GetFlag(FLAGS_extend) ? "given" : "not given"},
          {"--out", absl::GetFlag(FLAGS_out).empty() ? "not given" : "given"}};
}

absl::Status TrainInto(RunDirectory* directory, const std::string& commit, const Streams& streams) {
  MONDEQ_RETURN_IF_ERROR(CheckFlags());
  MONDEQ_ASSIGN_OR_RETURN(const RankPlace place, PlaceRanks(streams.ranks));
  const bool write = !directory->path().empty();
  MONDEQ_ASSIGN_OR_RETURN(const std::string resumes_text,
                          BroadcastText(streams.ranks, write && Resumes(*directory) ? "1" : ""));
  const bool resumes = !resumes_text.empty();
  Prepared prepared;
  MONDEQ_RETURN_IF_ERROR(
      AgreeOn(streams.ranks, Prepare(directory, resumes, place, streams, &prepared)));
  MONDEQ_RETURN_IF_ERROR(CheckSameOnAllRanks(streams.ranks, prepared.setup->experiment,
                                             [&] { return Facts(prepared); }));
  return RunTraining(*prepared.setup, write ? directory : nullptr, resumes, commit, &*prepared.data,
                     streams);
}

// Trains a run into `folder`, or where that is empty into none.
absl::Status TrainRun(const std::string& folder, std::ostream& shown, Invocation& invocation) {
  LogFile log;
  Tee said(&shown, &log), err(&invocation.err, &log);
  RunDirectory directory(folder);
  const absl::Status status =
      TrainInto(&directory, invocation.commit,
                {shown, said, err, log, invocation.terminal, invocation.ranks});
  if (!status.ok()) log << ErrorLine(status);
  return status.ok() ? log.status() : status;
}

absl::Status Train(Invocation& invocation) {
  std::ostream nowhere(nullptr);
  std::ostream& shown = absl::GetFlag(FLAGS_quiet) ? nowhere : invocation.out;
  const auto train = [&](const std::string& folder) { return TrainRun(folder, shown, invocation); };
  if (absl::GetFlag(FLAGS_seeds).empty()) return train(absl::GetFlag(FLAGS_out));
  if (invocation.ranks.size() > 1) {
    return absl::InvalidArgumentError("--seeds: one seed at a time is trained by several ranks");
  }
  return TrainSeeds(train, shown);
}

}  // namespace

Verb TrainVerb() {
  return {
      "train",
      "train the network of a config",
      "",
      {},
      {"config",
       "out",
       "resume",
       "extend",
       "weights",
       "data_dir",
       "seed",
       "seeds",
       "epochs",
       "limit_batches",
       "quiet",
       "log",
       "tensorboard",
       "warn_unconverged",
       "checkpoint_minutes",
       "checkpoint_steps",
       "checkpoints",
       "device",
       "threads",
       "collective_timeout",
       "share_matrices",
       "set"},
      "Shows loss, accuracy, solver iterations (forward and backward), samples per second and\n"
      "the time left: on a terminal in one line that is updated, else in one line per epoch and\n"
      "one every 20 seconds. --quiet leaves warnings and errors; --log appends all lines, with\n"
      "their times, to a file, whatever the terminal shows. DIR (--out) gets, after each epoch,\n"
      "  experiment.textproto  the config as resolved: overrides merged, defaults explicit\n"
      "  metrics.csv           epoch, losses, accuracies (0 to 1), iterations, alpha and learning\n"
      "                        rate of the last batch, seconds\n"
      "  weights.safetensors   the parameters and their config, for eval, predict, solve, Python\n"
      "  best.safetensors      those of the epoch that was most accurate on the samples that\n"
      "                        training.validation_fraction holds back; without it on the test\n"
      "                        samples\n"
      "  environment.txt       what it runs on, a paragraph for every start\n"
      "  checkpoint/           what --resume needs to go on bit for bit, in the middle of an "
      "epoch\n"
      "                        too; the newest --checkpoints of them\n"
      "and with --tensorboard\n"
      "  events.out.tfevents.* every number of metrics.csv, and means of every ten steps, by the\n"
      "                        step of the run; a file for every start. tensorboard --logdir=DIR\n"
      "A directory that holds a run is refused without --resume; one that another run is writing\n"
      "to, which its file .mondeq-lock names, and one inside another run's always (exit code 2).\n"
      "A run is resumed with its own config, where --config is not given, and its own samples,\n"
      "wherever they are now; others are refused. So is another number of epochs if the schedule\n"
      "ends with the run, unless --extend lays it out anew. --weights begins from given weights\n"
      "(fine-tuning).\n"
      "--seeds=1,2,3 trains a run with each of these seeds into DIR/seed-1 and so on, a folder as\n"
      "above each, then prints what they came to on the test samples, with mean and standard\n"
      "deviation, and writes it to DIR/seeds.csv. --resume=auto goes on where that was "
      "interrupted.\n"
      "mpirun -np P trains with P processes, on one machine or many, where MPI was built in: each\n"
      "computes its share of the training.shards that every batch is made of, and the result\n"
      "is the same, bit for bit, for every P that divides them. Rank 0 alone writes DIR and reads\n"
      "its checkpoints; the config and the data must be on every host.\n"
      "SIGINT (Ctrl-C) and SIGTERM finish the batch, write a checkpoint and end the run; a second\n"
      "one ends it at once, with the last checkpoint in place. SIGUSR1 writes a checkpoint and "
      "goes\n"
      "on.\n",
      {"mondeq train --config=configs/quickstart.textproto --out=/tmp/quickstart",
       "mondeq train --config=configs/mnist_dense.textproto --data_dir=/data/mnist --seed=2",
       "mondeq train --config=configs/quickstart.textproto "
       "--set=model.equilibrium.operator.dense.units=50",
       "mondeq train --config=configs/quickstart.textproto --seeds=1,2,3 --out=/tmp/seeds "
       "--resume=auto",
       "mondeq train --config=configs/quickstart.textproto --set=training.shards=2",
       "mondeq train --resume --out=/tmp/quickstart --epochs=20 --extend"},
      Train,
      /*by_ranks=*/true};
}

}  // namespace mondeq
