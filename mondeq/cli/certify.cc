// mondeq certify
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "mondeq/certificates/accuracy.h"
#include "mondeq/certificates/constants.h"
#include "mondeq/certificates/exact_model.h"
#include "mondeq/certificates/lipschitz_above.h"
#include "mondeq/certificates/rounded_weights.h"
#include "mondeq/certificates/sensitivity.h"
#include "mondeq/cli/certify_tables.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/help.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/ranks.h"
#include "mondeq/cli/slow_notice.h"
#include "mondeq/cli/verb.h"
#include "mondeq/collective/collective.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

// What a unit of a pixel, as it is in [0, 1], is in x.
std::vector<double> ScaleOf(const Setup& setup) {
  const Normalization normalization = *setup.PixelNormalization();
  std::vector<double> scale;
  for (float stddev : normalization.stddev) {
    scale.push_back(1 / static_cast<double>(stddev));
  }
  return scale;
}

// A model in float64 whose equilibria are as near as makes no difference to radii.
absl::Status MakeExactModel(Setup* setup) {
  MONDEQ_ASSIGN_OR_RETURN(const Model::Shape shape, setup->Shape());
  MONDEQ_RETURN_IF_ERROR(CheckCertifiable(shape.input));
  // The attack's gradients are exact, whatever training's are.
  setup->experiment.mutable_model()->mutable_equilibrium()->clear_gradient();
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel(shape, DType::kFloat64));
  setup->PrepareSolve();
  SolveExactly(setup->model.get());
  return absl::OkStatus();
}

absl::StatusOr<Sensitivity> SensitivityOf(const Setup& setup, Communicator& ranks) {
  const SlowNotice notice(setup.err, "finding bounds of norms");
  const Sensitivity sensitivity = FindSensitivity(ScaleOf(setup), setup.model.get());
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks, setup.device->status()));
  return sensitivity;
}

absl::StatusOr<Constants> ConstantsOf(const Setup& setup, Communicator& ranks) {
  const SlowNotice notice(setup.err, "finding a bound of L");
  const Constants constants = FindConstants(setup.model.get());
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks, setup.device->status()));
  return constants;
}

absl::StatusOr<std::vector<CertifiedAccuracy>> AccuraciesOf(
    const std::vector<CertifiedBatch>& batches, const Sensitivity& sensitivity, const Setup& setup,
    int steps, Communicator& ranks) {
  const SlowNotice notice(setup.err, "attacking the samples");
  return FindAccuracies(batches, sensitivity, steps, setup.model.get(), ranks);
}

absl::StatusOr<std::vector<CertifiedBatch>> BatchesOf(const Loader& test, std::int64_t count,
                                                      const Sensitivity& sensitivity,
                                                      const Setup& setup, Communicator& ranks,
                                                      SolveTally* solves) {
  const SlowNotice notice(setup.err, "certifying the samples");
  Model* model = setup.model.get();
  absl::optional<IntervalCertifier> intervals;
  if (model->op().dim() <= kMostIntervalUnits) intervals.emplace(sensitivity, model);
  return CertifyBatches(test, count, sensitivity, intervals ? &*intervals : nullptr, model, ranks,
                        solves);
}

// What --bits lists. Errors: kInvalidArgument.
absl::StatusOr<std::vector<int>> BitsFlag() {
  constexpr int kFewest = 2, kMost = 16;
  std::vector<int> list;
  const std::string text = absl::GetFlag(FLAGS_bits);
  if (text.empty()) return list;
  for (absl::string_view item : absl::StrSplit(text, ',')) {
    int bits = 0;
    if (!absl::SimpleAtoi(item, &bits) || bits < kFewest || bits > kMost) {
      return absl::InvalidArgumentError(absl::StrCat("--bits: must be whole numbers from ", kFewest,
                                                     " to ", kMost, " between commas, found \"",
                                                     absl::CEscape(item), "\""));
    }
    if (std::count(list.begin(), list.end(), bits) > 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("--bits: ", bits, " is there twice; give each once"));
    }
    list.push_back(bits);
  }
  return list;
}

// Refuses --bits for an operator of which it does not know W.
absl::Status CheckRounds(const MonotoneOperator& op) {
  if (TellingColumns(op).has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--bits: takes convolutions of one tier, and other operators of at most ", kMostDenseUnits,
      " units, whose W it has as a matrix; found ", op.dim(), " units"));
}

absl::StatusOr<std::vector<RoundedWeights>> RoundAll(const std::vector<int>& list,
                                                     const std::vector<CertifiedBatch>& batches,
                                                     const Setup& setup, Communicator& ranks) {
  const SlowNotice notice(setup.err, "rounding weights");
  std::vector<RoundedWeights> rounded;
  for (int bits : list) {
    MONDEQ_ASSIGN_OR_RETURN(rounded.emplace_back(),
                            RoundWeights(bits, batches, setup.model.get(), ranks));
  }
  return rounded;
}

// What is ready before anything is certified.
struct Task {
  std::unique_ptr<Setup> setup;
  std::vector<int> bits;
  std::int64_t steps = 0, count = 0;
  absl::optional<Loader> test;
  std::unique_ptr<FileLock> lock;  // of the folder of whoever writes
};

absl::Status Prepare(Invocation& invocation, int gpu, Task* task) {
  constexpr std::int64_t kMostSteps = 100000;
  task->steps = absl::GetFlag(FLAGS_attack_steps);
  if (task->steps != 0)
    MONDEQ_RETURN_IF_ERROR(CheckCount("attack_steps", task->steps, kMostSteps, ""));
  MONDEQ_ASSIGN_OR_RETURN(task->bits, BitsFlag());
  MONDEQ_ASSIGN_OR_RETURN(
      task->setup, SetUp({/*data=*/true, /*weights=*/true, /*config=*/"", gpu}, invocation.err));
  MONDEQ_RETURN_IF_ERROR(MakeExactModel(task->setup.get()));
  if (!task->bits.empty()) MONDEQ_RETURN_IF_ERROR(CheckRounds(task->setup->model->op()));
  MONDEQ_ASSIGN_OR_RETURN(task->test, task->setup->Load(Split::kTest));
  MONDEQ_ASSIGN_OR_RETURN(task->count, SamplesFlag(task->test->samples().count()));
  if (invocation.ranks.rank() != 0) return absl::OkStatus();
  MONDEQ_ASSIGN_OR_RETURN(task->lock, TakeFolder(absl::GetFlag(FLAGS_out),
                                                 {"constants.csv", "samples.csv", "accuracy.csv",
                                                  "accuracy.svg", "bits.csv"}));
  return absl::OkStatus();
}

// What was found.
struct Results {
  Constants constants;
  std::vector<CertifiedBatch> batches;
  std::vector<CertifiedAccuracy> accuracies;
  std::vector<RoundedWeights> rounded;
};

absl::Status Write(const Task& task, const Results& results) {
  const std::string folder = absl::GetFlag(FLAGS_out);
  if (!task.bits.empty())
    MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(folder + "/bits.csv", BitsCsv(results.rounded)));
  MONDEQ_RETURN_IF_ERROR(
      WriteFileAtomically(folder + "/constants.csv", ConstantsCsv(results.constants)));
  MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(folder + "/samples.csv", SamplesCsv(results.batches)));
  MONDEQ_RETURN_IF_ERROR(
      WriteFileAtomically(folder + "/accuracy.csv", AccuracyCsv(results.accuracies)));
  const std::string title =
      absl::StrFormat("%s: %d test samples", task.setup->experiment.name(), task.count);
  return WriteFileAtomically(folder + "/accuracy.svg", AccuracyChart(results.accuracies, title));
}

absl::Status Certify(Invocation& invocation) {
  Communicator& ranks = invocation.ranks;
  MONDEQ_ASSIGN_OR_RETURN(const RankPlace place, PlaceRanks(ranks));
  Task task;
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks, Prepare(invocation, place.on_host, &task)));
  const Setup& setup = *task.setup;
  Model* model = setup.model.get();
  const auto facts = [&]() -> std::vector<RankFact> {
    return {WeightsFact(*model),
            SamplesFact("test samples", task.test->samples()),
            DeviceFact(*setup.device),
            {"--samples", absl::StrCat(task.count)},
            {"--attack_steps", absl::StrCat(task.steps)},
            {"--bits", absl::GetFlag(FLAGS_bits)}};
  };
  MONDEQ_RETURN_IF_ERROR(CheckSameOnAllRanks(ranks, setup.experiment, facts));
  MONDEQ_ASSIGN_OR_RETURN(const Sensitivity sensitivity, SensitivityOf(setup, ranks));
  Results results;
  MONDEQ_ASSIGN_OR_RETURN(results.constants, ConstantsOf(setup, ranks));
  SolveTally solves;
  MONDEQ_ASSIGN_OR_RETURN(results.batches,
                          BatchesOf(*task.test, task.count, sensitivity, setup, ranks, &solves));
  if (solves.unconverged() > 0) Warn(invocation.err, NotConverged(solves));
  MONDEQ_ASSIGN_OR_RETURN(results.accuracies, AccuraciesOf(results.batches, sensitivity, setup,
                                                           static_cast<int>(task.steps), ranks));
  MONDEQ_ASSIGN_OR_RETURN(results.rounded, RoundAll(task.bits, results.batches, setup, ranks));
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks, setup.device->status()));
  invocation.out << Summary(results.constants, sensitivity, results.batches, *model);
  if (!task.bits.empty()) invocation.out << BitsTable(results.rounded);
  return AgreeOn(ranks, ranks.rank() == 0 ? Write(task, results) : absl::OkStatus());
}

}  // namespace

Verb CertifyVerb() {
  return {
      "certify",
      "radii within which no change of a test sample changes its class",
      "",
      {"weights", "out"},
      {"samples", "attack_steps", "bits", "config", "data_dir", "device", "threads",
       "collective_timeout", "set"},
      absl::StrCat(
          Wrap("For the first test samples, in float64: the class, by how much its logit is "
               "certainly above all others, and radii of pixels in [0, 1], in the l2 and the linf "
               "norm, within which it stays so: ||z*(x) - z*(x')|| <= ||U (x - x')|| / m, so the "
               "margin of class c over j moves by at most ||R_c - R_j|| ||U|| / m times the "
               "distance, R the matrix of the readout. All norms are bounds from above, and the "
               "solver's error and rounding are counted. A radius of 0 stands for a margin that is "
               "not certain. For models of at most 1024 units the linf radius is the larger one of "
               "that and of what intervals of every unit make, radius_linf_interval, and the l2 "
               "radius "
               "is that where it is larger, for an l2 ball is inside the linf ball of its radius.",
               0, 100),
          Wrap("Writes to --out a row per sample, samples.csv, and accuracy.csv and accuracy.svg: "
               "the share of samples that are right and certified at radii from 0 to the largest. "
               "With --attack_steps, projected gradients try every certified radius, in which they "
               "must find nothing (else exit code 1), and the radii of accuracy.csv, which gives "
               "the accuracy that they leave: what is robust lies between the two. Prints the "
               "accuracy, and for either norm the bounds of how far z* and differences of logits "
               "move for every unit, with the median radius. A folder that has such results is "
               "refused.",
               0, 100),
          Wrap("Prints too, and writes to constants.csv, what theory says of the iteration: m; L = "
               "||I - W|| from above, for dense operators of up to 4096 units and single "
               "convolutions of any size, and as it is estimated from below; alpha; the factor by "
               "which, in every iteration, the distance of the method's state from its fixed point "
               "falls at least, where one is known; and a bound of the condition number of I + "
               "alpha (I - W), (1 + alpha L) / (1 + alpha m).",
               0, 100),
          Wrap(
              "With --bits, W (or the taps of its convolution) and all parameters of injection and "
              "readout are rounded, each tensor to 2^k - 1 evenly spaced numbers up to its "
              "largest: where ||dW|| < m the equilibria survive. Prints, and writes to bits.csv "
              "for every sample, by how much z* and the logits move at most, by how much they do "
              "in a model of at most 4096 units, and whether the class certainly stays.",
              0, 100),
          Wrap("mpirun -np P shares the batches out to P processes, where MPI was built in; rank 0 "
               "writes, and the result is the same for every P.",
               0, 100),
          kWeightsHelp),
      {"mondeq certify --weights=run/weights.safetensors --out=certified",
       "mondeq certify --weights=run/weights.safetensors --out=certified --samples=1000 "
       "--attack_steps=20",
       "mondeq certify --weights=run/weights.safetensors --out=certified --bits=4,6,8"},
      Certify,
      /*by_ranks=*/true};
}

}  // namespace mondeq
