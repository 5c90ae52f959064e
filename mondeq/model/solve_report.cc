#include "mondeq/model/solve_report.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace mondeq {

absl::optional<std::string> ForbiddenAlpha(Model* model) {
  const SplittingMethod& method = model->method();
  const double m = model->op().m();
  // Few methods have a bound, and L is dear.
  if (!std::isfinite(method.AlphaBound(m, m))) return absl::nullopt;
  const double bound = method.AlphaBound(m, model->Lipschitz());
  if (model->alpha() < bound) return absl::nullopt;
  return absl::StrCat("alpha ", model->alpha(), " is not below ", bound, ", and from there on ",
                      model->method_name(), " need not converge (L = ", model->Lipschitz(), ")");
}

absl::optional<std::string> Shortfall(absl::string_view direction, const SolveStats& stats,
                                      Model* model) {
  if (stats.converged()) return absl::nullopt;
  const StoppingRule& rule = model->stopping_rule();
  std::string text = absl::StrCat(
      "the ", direction, " solve ", ToString(stats.termination), " after ", stats.iterations,
      " iterations: ",
      rule.criterion == Criterion::kRelativeError ? "relative error " : "relative change ",
      stats.quantity, ", tolerance ", rule.tolerance);
  const absl::optional<std::string> forbidden = ForbiddenAlpha(model);
  if (forbidden.has_value()) absl::StrAppend(&text, "; ", *forbidden);
  return text;
}

void CertificateTally::Add(const Certificate& certificate, double tolerance) {
  tolerance_ = tolerance;
  for (double error : certificate.relative_error) {
    ++samples_;
    // A NaN is doubtful too.
    if (!(error <= 10 * tolerance)) ++doubtful_;
    worst_ = std::max(worst_, error);
  }
}

absl::optional<std::string> CertificateTally::Shortfall() const {
  if (doubtful_ == 0) return absl::nullopt;
  return absl::StrCat(doubtful_, " of ", samples_,
                      " samples are certified only to a relative error of ", worst_,
                      ", the tolerance is ", tolerance_);
}

}  // namespace mondeq
