// mondeq eval
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/model/solve_report.h"
#include "mondeq/training/evaluate.h"

namespace mondeq {
namespace {

absl::Status Eval(Invocation& invocation) {
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup,
                          SetUp({/*data=*/true, /*weights=*/true}, invocation.err));
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel());
  Model* model = setup->model.get();
  MONDEQ_ASSIGN_OR_RETURN(const Loader test, setup->Load(Split::kTest));
  model->set_certifies(true);
  setup->PrepareSolve();
  absl::StatusOr<Evaluation> evaluation = Evaluator(model).Evaluate(test);
  // Weights that are given have not diverged.
  if (!evaluation.ok() && Overflow(model).has_value()) {
    evaluation = absl::DataLossError(evaluation.status().message());
  }
  MONDEQ_ASSIGN_OR_RETURN(const Evaluation result, std::move(evaluation));
  invocation.out << absl::StrFormat(
      "test_loss: %.9g\ntest_accuracy: %.9g\nforward_iterations: %.6g\nalpha: %.9g\n"
      "samples: %d\nrelative_error: %.3g\n",
      result.loss, result.accuracy, result.forward.metrics().iterations, model->alpha(),
      test.samples().count(), result.certificates.worst());
  if (model->stopping_rule().criterion == Criterion::kCertifiedError) {
    invocation.out << absl::StrFormat("certified: %.9g\n", result.certificates.certified_share());
  }
  const std::string& source = test.samples().source;
  if (!source.empty()) invocation.out << "data: " << Printable(source) << "\n";
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
      "loss and accuracy of trained weights on the test samples",
      "",
      {"weights"},
      {"config", "data_dir", "device", "threads", "set"},
      absl::StrCat(
          "Prints test_loss, test_accuracy (0 to 1), the mean number of forward_iterations of a\n"
          "batch, alpha, the number of samples, the largest certified relative_error of an\n"
          "equilibrium and, where they come from files, the folder of the data, one a line. The\n"
          "weights of a run reproduce the last row of its metrics.csv; where alpha is automatic "
          "it\n"
          "is computed anew, and they do so within the solver's tolerance. With the criterion\n"
          "CERTIFIED_ERROR a line certified tells the share of the samples of which that error is "
          "within\n"
          "the tolerance, 1 where all are.\n",
          kWeightsHelp),
      {"mondeq eval --weights=run/weights.safetensors",
       "mondeq eval --weights=run/weights.safetensors "
       "--set=model.equilibrium.splitting.tolerance=1e-4",
       "mondeq eval --weights=run/weights.safetensors "
       "--set=model.equilibrium.splitting.criterion=CERTIFIED_ERROR"},
      Eval};
}

}  // namespace mondeq
