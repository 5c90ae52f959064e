#include "mondeq/cli/flags.h"

#include "absl/flags/flag.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace mondeq {

bool AbslParseFlag(absl::string_view text, Repeated* flag, std::string*) {
  flag->values = absl::StrSplit(text, '\n', absl::SkipEmpty());
  return true;
}

bool AbslParseFlag(absl::string_view text, Choice* flag, std::string* error) {
  bool yes = false;
  if (text == "auto") {
    *flag = Choice::kAuto;
    return true;
  }
  if (!absl::ParseFlag(text, &yes, error)) return false;
  *flag = yes ? Choice::kYes : Choice::kNo;
  return true;
}

std::string AbslUnparseFlag(Choice flag) {
  if (flag == Choice::kAuto) return "auto";
  return flag == Choice::kYes ? "true" : "false";
}

std::string AbslUnparseFlag(const Repeated& flag) { return absl::StrJoin(flag.values, "\n"); }

}  // namespace mondeq

// A help text begins with what the value stands for: "--config=FILE  the experiment, a textproto".
// In a FILE or DIR a leading "~" is expanded.
ABSL_FLAG(std::string, config, "", "FILE: the experiment, a textproto");
ABSL_FLAG(mondeq::Repeated, set, {},
          "PATH=VALUE: replaces a value of the config, as in "
          "--set=model.equilibrium.splitting.max_iterations=500; may be given several times");
ABSL_FLAG(
    std::string, data_dir, "",
    "DIR: where the files of the data set are; without it public sets are where data fetch puts "
    "them");
ABSL_FLAG(std::string, device, "auto", "auto|cpu|cuda: what computes");
ABSL_FLAG(int, threads, 0,
          "N: CPU threads; 0 is one per core, or a rank's share of those of its host");
ABSL_FLAG(double, collective_timeout, 600,
          "X: ends a run of several ranks when one has waited for another for X seconds");

ABSL_FLAG(mondeq::Choice, share_matrices, mondeq::Choice::kAuto,
          "true|false|auto: whether each of several ranks makes a part of the matrices of the "
          "solves and sends it to the others, or makes them all; auto is what is faster. The "
          "result is the same, bit for bit");

ABSL_FLAG(std::string, out, "",
          "DIR: where the result is written; train without it writes nothing");
ABSL_FLAG(
    mondeq::Choice, resume, mondeq::Choice::kNo,
    "go on with the run in --out from its newest checkpoint; --resume=auto begins a run where "
    "there is none");
ABSL_FLAG(bool, extend, false,
          "with --resume and another number of epochs: lay a schedule that ends with the run out "
          "anew");
ABSL_FLAG(double, checkpoint_minutes, 10,
          "X: writes a checkpoint when that long has passed since the last, besides those at the "
          "ends of epochs");
ABSL_FLAG(absl::optional<std::int64_t>, checkpoint_steps, absl::nullopt,
          "N: writes a checkpoint every so many steps as well");
ABSL_FLAG(std::int64_t, checkpoints, 2,
          "N: how many are kept; where the newest is damaged the one before is used");
ABSL_FLAG(absl::optional<std::int64_t>, limit_batches, absl::nullopt,
          "N: takes only the first batches of each epoch and evaluation, for a quick try");
ABSL_FLAG(absl::optional<std::int64_t>, seed, absl::nullopt,
          "N: of the initial parameters, the order of samples and their augmentation; instead of "
          "training.seed");
ABSL_FLAG(std::string, seeds, "",
          "LIST: seeds between commas; trains a run with each, one after the other, in the folders "
          "seed-N of --out, and tells their mean and standard deviation");
ABSL_FLAG(absl::optional<std::int64_t>, epochs, absl::nullopt,
          "N: passes over the training samples; instead of training.epochs");
ABSL_FLAG(
    double, warn_unconverged, 0.01,
    "X: warns of an epoch in which a larger share of the samples, from 0 to 1, did not converge");

ABSL_FLAG(bool, quiet, false, "say nothing but warnings and errors");
ABSL_FLAG(std::string, log, "",
          "FILE: gets every line of the run with its time, at its end; may be in --out");
ABSL_FLAG(bool, tensorboard, false, "write scalars for TensorBoard to --out as well");

ABSL_FLAG(std::string, weights, "",
          "FILE: the parameters, a safetensors file that train wrote, or that of another program");
ABSL_FLAG(std::string, input, "", "FILE: the samples, or a folder of images");
ABSL_FLAG(std::string, split, "", "test: the test samples of the data set, in place of --input");
ABSL_FLAG(bool, normalized, false,
          "the numbers in --input are as the network takes them, not as the data set has them");
ABSL_FLAG(bool, resize, false,
          "images in --input become as large as the network's, whatever their proportions");
ABSL_FLAG(std::string, start, "",
          "FILE: equilibria to begin the solve from, as solve writes them; without it begins at 0");
ABSL_FLAG(std::string, output, "", "FILE: where the result is written");
ABSL_FLAG(mondeq::Repeated, run, {}, "DIR: what train wrote to --out; may be given several times");
ABSL_FLAG(std::string, charts, "", "DIR: gets every chart as an SVG file too");
ABSL_FLAG(std::string, dtype, "float32", "float32|float64: the precision of everything computed");
ABSL_FLAG(absl::optional<double>, tol, absl::nullopt,
          "X: tolerance of the solver; instead of the config's");
ABSL_FLAG(absl::optional<std::int64_t>, max_iterations, absl::nullopt,
          "N: where the solver gives up; instead of the config's");
ABSL_FLAG(absl::optional<double>, alpha, absl::nullopt,
          "X: step of the splitting method; instead of the config's");
ABSL_FLAG(std::string, format, "", "NAME: what the other program writes or reads");
ABSL_FLAG(std::string, names, "mondeq", "mondeq|monotone_op_net: whose names the parameters get");

ABSL_FLAG(absl::optional<std::int64_t>, batch, absl::nullopt,
          "N: samples of a batch; instead of data.batch_size");
ABSL_FLAG(absl::optional<std::int64_t>, steps, absl::nullopt,
          "N: training steps that are timed; without it as many as take a few seconds, at least 5");
ABSL_FLAG(std::string, methods, "",
          "LIST: splitting methods between commas, by name or as in a config, such as "
          "\"[mondeq.douglas_rachford] { relaxation: 0.8 }\"; without it all that there are");
ABSL_FLAG(
    std::string, alphas, "auto",
    "LIST: steps between commas, numbers or auto, which is what the method's own policy says");
ABSL_FLAG(absl::optional<std::int64_t>, samples, absl::nullopt,
          "N: how many of the first test samples; without it 100, or all where there are fewer");
ABSL_FLAG(std::int64_t, iterations, 50, "N: how many iterations of each solve");
ABSL_FLAG(std::int64_t, attack_steps, 0,
          "N: steps of the attack on every radius; without it there is none");
ABSL_FLAG(std::string, bits, "",
          "LIST: whole numbers from 2 to 16 between commas: of how many bits rounded weights are");
ABSL_FLAG(std::string, mirror, "",
          "URL: a folder of the web with the official files, tried before their usual places");
ABSL_FLAG(std::string, dir, "",
          "DIR: where the folder of the set is made, to be given as --data_dir then");

ABSL_FLAG(bool, json, false, "print one JSON object instead of a table");
ABSL_FLAG(bool, allreduce, false,
          "time what several ranks say to each other in a step, in place of the step");
ABSL_FLAG(std::string, simulate, "",
          "P,US,GB: with --allreduce, P ranks in this process, whose messages take US microseconds "
          "and get through at GB gigabytes a second, as in --simulate=4,20,1.2");
ABSL_FLAG(bool, latency, false, "time single samples as well, with weights that stay the same");
