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
#include "mondeq/cli/eval_tables.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/verb.h"
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

// What a model answered, sample by sample.
class Answered {
 public:
  // `rows` is whether csv() is wanted. The model certifies.
  Answered(Model* model, bool rows)
      : model_(*model),
        seen_(model->classes()),
        csv_(rows ? PredictionsHeader(model->classes()) : "") {}

  // Takes what the model answered last, to samples of these labels.
  void Add(const Tensor& labels) {
    const std::vector<double> logits = ToHostArray(model_.device(), model_.logits()).ToDoubles();
    const std::vector<SampleStats>& solves = model_.forward_stats().samples;
    labels_.resize(solves.size());
    model_.device().CopyToHost(labels, labels_.data());
    const Certificate& certificate = model_.certificate();
    std::vector<double> of_sample(static_cast<std::size_t>(seen_.classes()));
    for (std::size_t n = 0; n < solves.size(); ++n) {
      for (std::size_t c = 0; c < of_sample.size(); ++c) {
        of_sample[c] = logits[c * solves.size() + n];
      }
      const ClassifiedSample sample = Classify(of_sample, labels_[n]);
      const double bound = certificate.error_bound[n], error = certificate.relative_error[n];
      if (!csv_.empty()) {
        absl::StrAppend(&csv_, PredictionsRow(seen_.samples(), sample, solves[n], bound, error));
      }
      seen_.Add(sample);
      error_bounds_.push_back(bound);
      relative_errors_.push_back(error);
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

 private:
  Model& model_;
  Classification seen_;
  std::vector<std::int32_t> labels_;  // of a batch
  std::vector<double> error_bounds_, relative_errors_;
  std::string csv_;
};

// The lines about the whole split.
std::string ToText(const Evaluation& result, const Samples& samples, Model* model) {
  std::string text = absl::StrFormat(
      "test_loss: %.9g\ntest_accuracy: %.9g\nforward_iterations: %.6g\nalpha: %.9g\n"
      "samples: %d\nrelative_error: %.3g\n",
      result.loss, result.accuracy, result.forward.metrics().iterations, model->alpha(),
      samples.count(), result.certificates.worst());
  if (model->stopping_rule().criterion == Criterion::kCertifiedError) {
    absl::StrAppendFormat(&text, "certified: %.9g\n", result.certificates.certified_share());
  }
  if (!samples.source.empty()) absl::StrAppend(&text, "data: ", Printable(samples.source), "\n");
  return text;
}

absl::Status Eval(Invocation& invocation) {
  const std::string output = absl::GetFlag(FLAGS_output);
  if (!output.empty()) MONDEQ_RETURN_IF_ERROR(CheckOutputFlag());
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup,
                          SetUp({/*data=*/true, /*weights=*/true}, invocation.err));
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel());
  Model* model = setup->model.get();
  MONDEQ_ASSIGN_OR_RETURN(const Loader test, setup->Load(Split::kTest));
  model->set_certifies(true);
  setup->PrepareSolve();
  Answered answered(model, /*rows=*/!output.empty());
  absl::StatusOr<Evaluation> evaluation = Evaluator(model).Evaluate(test, [&](const Batch& batch) {
    answered.Add(batch.labels());
    return absl::OkStatus();
  });
  // Weights that are given have not diverged.
  if (!evaluation.ok() && Overflow(model).has_value()) {
    evaluation = absl::DataLossError(evaluation.status().message());
  }
  MONDEQ_ASSIGN_OR_RETURN(const Evaluation result, std::move(evaluation));
  invocation.out << ToText(result, test.samples(), model)
                 << answered.ToText(test.samples().class_names);
  if (!output.empty()) MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(output, answered.csv()));
  if (result.forward.unconverged() > 0) {
    Warn(invocation.err, NotConverged(result.forward));
  }
  const auto shortfall = result.certificates.Shortfall();
  if (shortfall.has_value()) Warn(invocation.err, *shortfall);
  return absl::OkStatus();
}

}  // namespace

Verb EvalVerb() {
  return {
      "eval",
      "loss, accuracy, calibration and confusions of trained weights on the test samples",
      "",
      {"weights"},
      {"output", "config", "data_dir", "device", "threads", "set"},
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
          "(1 or 0), error_bound, relative_error, and one probability per class.\n",
          kWeightsHelp),
      {"mondeq eval --weights=run/weights.safetensors",
       "mondeq eval --weights=run/weights.safetensors --output=predictions.csv",
       "mondeq eval --weights=run/weights.safetensors "
       "--set=model.equilibrium.splitting.tolerance=1e-4",
       "mondeq eval --weights=run/weights.safetensors "
       "--set=model.equilibrium.splitting.criterion=CERTIFIED_ERROR"},
      Eval};
}

}  // namespace mondeq
