// mondeq eval
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/optional.h"
#include "mondeq/cli/eval_tables.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/ranks.h"
#include "mondeq/cli/verb.h"
#include "mondeq/collective/collective.h"
#include "mondeq/collective/dealt.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/model/solve_report.h"
#include "mondeq/model/weights.h"
#include "mondeq/report/classification.h"
#include "mondeq/report/predictions.h"
#include "mondeq/report/quantile.h"
#include "mondeq/training/evaluate.h"

namespace mondeq {
namespace {

// What a model answered to one sample, as numbers that travel between ranks: these, and the logits.
struct Answer {
  Index label = 0;
  SampleStats solve;
  double error_bound = 0, relative_error = 0;
};

// Of a batch.
struct Answers {
  std::vector<Answer> samples;
  std::vector<double> logits;  // [classes, samples]
};

// What the model answered last, to samples of these labels. It certifies.
Answers AnswersOf(const Tensor& labels, Model* model) {
  Answers answers;
  answers.logits = ToHostArray(model->device(), model->logits()).ToDoubles();
  const std::vector<SampleStats>& solves = model->forward_stats().samples;
  std::vector<std::int32_t> of_samples(solves.size());
  model->device().CopyToHost(labels, of_samples.data());
  const Certificate& certificate = model->certificate();
  for (std::size_t n = 0; n < solves.size(); ++n) {
    answers.samples.push_back(
        {of_samples[n], solves[n], certificate.error_bound[n], certificate.relative_error[n]});
  }
  return answers;
}

// Adds up what a model answered, sample by sample.
class Answered {
 public:
  // `rows` is whether csv() is wanted.
  Answered(const Model& model, bool rows)
      : seen_(model.classes()), csv_(rows ? PredictionsHeader(model.classes()) : "") {}

  void Add(const std::vector<Answer>& samples, const std::vector<double>& logits) {
    std::vector<double> of_sample(static_cast<std::size_t>(seen_.classes()));
    for (std::size_t n = 0; n < samples.size(); ++n) {
      for (std::size_t c = 0; c < of_sample.size(); ++c)
        of_sample[c] = logits[c * samples.size() + n];
      const Answer& answer = samples[n];
      const ClassifiedSample sample = Classify(of_sample, answer.label);
      if (!csv_.empty()) {
        absl::StrAppend(&csv_, PredictionsRow(seen_.samples(), sample, answer.solve,
                                              answer.error_bound, answer.relative_error));
      }
      seen_.Add(sample);
      error_bounds_.push_back(answer.error_bound);
      relative_errors_.push_back(answer.relative_error);
    }
  }

  // Numbers and tables of the samples.
  std::string ToText(const std::vector<std::string>& class_names) const {
    const Interval accuracy = WilsonInterval(seen_.right(), seen_.samples());
    return absl::StrCat(
        absl::StrFormat("test_accuracy_low: %.9g\ntest_accuracy_high: %.9g\n", accuracy.low,
                        accuracy.high),
        absl::StrFormat("calibration_error: %.6g\n", seen_.calibration_error()),
        absl::StrFormat("relative_error_median: %.3g\nrelative_error_95: %.3g\n",
                        NearestRankQuantile(relative_errors_, 0.5),
                        NearestRankQuantile(relative_errors_, 0.95)),
        absl::StrFormat("error_bound_median: %.3g\nerror_bound_95: %.3g\nerror_bound_max: %.3g\n",
                        NearestRankQuantile(error_bounds_, 0.5),
                        NearestRankQuantile(error_bounds_, 0.95),
                        NearestRankQuantile(error_bounds_, 1)),
        "\n", ClassTable(seen_, class_names), "\n", ConfusionTable(seen_, class_names));
  }
  const std::string& csv() const { return csv_; }
  const std::vector<double>& relative_errors() const { return relative_errors_; }

 private:
  Classification seen_;
  std::vector<double> error_bounds_, relative_errors_;
  std::string csv_;
};

// The lines about the whole split.
std::string ToText(const Evaluation& result, const CertificateTally& certificates,
                   const Samples& samples, Model* model) {
  std::string text = absl::StrFormat(
      "test_loss: %.9g\ntest_accuracy: %.9g\nforward_iterations: %.6g\nalpha: %.9g\n"
      "samples: %d\nrelative_error: %.3g\n",
      result.loss, result.accuracy, result.forward.metrics().iterations, model->alpha(),
      samples.count(), certificates.worst());
  if (model->stopping_rule().criterion == Criterion::kCertifiedError) {
    absl::StrAppendFormat(&text, "certified: %.9g\n", certificates.certified_share());
  }
  if (!samples.source.empty()) absl::StrAppend(&text, "data: ", Printable(samples.source), "\n");
  return text;
}

// Weights that are given have not diverged: where values are too large for their type on any rank
// it is the file's fault.
absl::Status BlameFile(const absl::Status& status, Model* model, Communicator& ranks) {
  if (!absl::IsOutOfRange(status)) return status;
  const bool answered = !model->forward_stats().samples.empty();
  std::vector<double> overflows = {answered && Overflow(model).has_value() ? 1.0 : 0.0};
  MONDEQ_RETURN_IF_ERROR(SumOverRanks(ranks, &overflows));
  return overflows[0] > 0 ? absl::DataLossError(status.message()) : status;
}

// Evaluates the split, by all ranks, and takes the answers to its samples.
absl::StatusOr<Evaluation> EvaluateAll(const Loader& test, Model* model, Communicator& ranks,
                                       Answered* answered) {
  std::vector<std::vector<Answer>> samples;
  std::vector<std::vector<double>> logits;
  const absl::StatusOr<Evaluation> evaluation =
      Evaluator(model).Evaluate(test, test.batches(), ranks, [&](const Batch& batch) {
        Answers answers = AnswersOf(batch.labels(), model);
        samples.push_back(std::move(answers.samples));
        logits.push_back(std::move(answers.logits));
        return absl::OkStatus();
      });
  if (!evaluation.ok()) return BlameFile(evaluation.status(), model, ranks);
  MONDEQ_ASSIGN_OR_RETURN(samples, GatherDealt(ranks, samples));
  MONDEQ_ASSIGN_OR_RETURN(logits, GatherDealt(ranks, logits));
  for (std::size_t batch = 0; batch < samples.size(); ++batch)
    answered->Add(samples[batch], logits[batch]);
  return evaluation;
}

// What is ready before anything is evaluated.
struct Task {
  std::unique_ptr<Setup> setup;
  absl::optional<Loader> test;
};

absl::Status Prepare(Invocation& invocation, int gpu, Task* task) {
  if (invocation.ranks.rank() == 0 && !absl::GetFlag(FLAGS_output).empty())
    MONDEQ_RETURN_IF_ERROR(CheckOutputFlag());
  MONDEQ_ASSIGN_OR_RETURN(
      task->setup, SetUp({/*data=*/true, /*weights=*/true, /*config=*/"", gpu}, invocation.err));
  MONDEQ_RETURN_IF_ERROR(task->setup->MakeModel());
  MONDEQ_ASSIGN_OR_RETURN(task->test, task->setup->Load(Split::kTest));
  return absl::OkStatus();
}

absl::Status Eval(Invocation& invocation) {
  Communicator& ranks = invocation.ranks;
  MONDEQ_ASSIGN_OR_RETURN(const RankPlace place, PlaceRanks(ranks));
  Task task;
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks, Prepare(invocation, place.on_host, &task)));
  const Setup& setup = *task.setup;
  Model* model = setup.model.get();
  const Samples& samples = task.test->samples();
  const std::string output = absl::GetFlag(FLAGS_output);
  const auto facts = [&]() -> std::vector<RankFact> {
    return {WeightsFact(*model), SamplesFact("test samples", samples), DeviceFact(*setup.device)};
  };
  MONDEQ_RETURN_IF_ERROR(CheckSameOnAllRanks(ranks, setup.experiment, facts));
  model->set_certifies(true);
  setup.PrepareSolve();
  Answered answered(*model, /*rows=*/!output.empty());
  MONDEQ_ASSIGN_OR_RETURN(const Evaluation result,
                          EvaluateAll(*task.test, model, ranks, &answered));
  CertificateTally certificates;
  certificates.Add(answered.relative_errors(), model->stopping_rule());
  invocation.out << ToText(result, certificates, samples, model)
                 << answered.ToText(samples.class_names);
  if (result.forward.unconverged() > 0) Warn(invocation.err, NotConverged(result.forward));
  const auto shortfall = certificates.Shortfall();
  if (shortfall.has_value()) Warn(invocation.err, *shortfall);
  absl::Status written;
  if (ranks.rank() == 0 && !output.empty()) written = WriteFileAtomically(output, answered.csv());
  return AgreeOn(ranks, written);
}

}  // namespace

Verb EvalVerb() {
  return {
      "eval",
      "loss, accuracy, calibration and confusions of trained weights on the test samples",
      "",
      {"weights"},
      {"output", "config", "data_dir", "device", "threads", "collective_timeout", "set"},
      absl::StrCat(
          "Prints test_loss, test_accuracy (0 to 1), the mean number of forward_iterations of a\n"
          "batch, alpha, the number of samples, the largest certified relative_error of an\n"
          "equilibrium and, where they come from files, the folder of the data, one a line. The\n"
          "weights of a run reproduce the last row of its metrics.csv; where alpha is automatic "
          "it\n"
          "is computed anew, and they do so within the solver's tolerance. With the criterion\n"
          "CERTIFIED_ERROR a line certified tells the share of the samples of which that error is "
          "within\n"
          "the tolerance, 1 where all are.\n"
          "\n"
          "Then, one a line: the 95 % interval of the accuracy (Wilson), test_accuracy_low and "
          "_high;\n"
          "the expected calibration_error, by how much confidence and accuracy differ (15 bins);\n"
          "what the certified relative_error of half and of 95 % of the samples does not exceed,\n"
          "relative_error_median and _95; the same of error_bound, which bounds ||z - z*||, and\n"
          "error_bound_max of all. After an empty line follow tables: precision, recall and F1 of\n"
          "every class, and how many samples of each were taken for which; of more than 20 "
          "classes\n"
          "the worst 10 and the 10 commonest mistakes.\n"
          "\n"
          "--output writes CSV with a header and a row per sample: index (from 0), label, "
          "predicted,\n"
          "confidence (the probability of that), loss (-log of the label's), iterations, "
          "converged\n"
          "(1 or 0), error_bound, relative_error, and one probability per class.\n"
          "\n"
          "mpirun -np P shares the batches out to P processes, where MPI was built in; rank 0 "
          "prints and\n"
          "writes, and the result is the same for every P.\n",
          kWeightsHelp),
      {"mondeq eval --weights=run/weights.safetensors",
       "mondeq eval --weights=run/weights.safetensors --output=predictions.csv",
       "mondeq eval --weights=run/weights.safetensors "
       "--set=model.equilibrium.splitting.tolerance=1e-4",
       "mondeq eval --weights=run/weights.safetensors "
       "--set=model.equilibrium.splitting.criterion=CERTIFIED_ERROR"},
      Eval,
      /*by_ranks=*/true};
}

}  // namespace mondeq
