#include "mondeq/certificates/exact_model.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace mondeq {

absl::Status CheckCertifiable(const Features& input) {
  constexpr Index kMostInputs = 20000;
  if (input.dim() <= kMostInputs) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("certify takes models of at most ", kMostInputs,
                   " inputs, whose squared number it has in memory, found ", input.dim()));
}

void SolveExactly(Model* model) {
  constexpr double kTolerance = 1e-8;
  constexpr int kIterations = 10000;
  StoppingRule& rule = model->stopping_rule();
  rule.criterion = Criterion::kRelativeError;
  rule.tolerance = std::min(rule.tolerance, kTolerance);
  rule.max_iterations = std::max(rule.max_iterations, kIterations);
  model->set_certifies(true);
}

}  // namespace mondeq
