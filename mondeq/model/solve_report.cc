#include "mondeq/model/solve_report.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"
#include "mondeq/device/norm.h"
#include "mondeq/model/check_finite.h"

namespace mondeq {

absl::optional<std::string> NoGuarantee(Model* model) {
  const SplittingMethod& method = model->method();
  if (!method.converges_always()) {
    return absl::StrCat(model->method_name(),
                        " is a baseline without a guarantee of convergence; "
                        "mondeq.peaceman_rachford converges whatever the weights are");
  }
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
  const absl::optional<std::string> why = NoGuarantee(model);
  if (why.has_value()) absl::StrAppend(&text, "; ", *why);
  return text;
}

absl::optional<std::string> Overflow(Model* model, Index first) {
  if (model->forward_stats().termination != Termination::kNonFinite) return absl::nullopt;
  // What a broken device has computed reads as NaN.
  if (!model->device().status().ok()) return absl::nullopt;
  const std::string type = ToString(model->dtype());
  const double most = LimitsOf(model->dtype()).most;
  // Where sigma(0) = 0, ||z*|| <= ||b|| / m, and a step computes with alpha b and twice its state.
  const double growth = 2 * std::max({1.0, model->alpha(), 1 / model->op().m()});
  std::vector<double> norms;
  ColumnNorms(model->device(), model->bias(), &norms);
  for (std::size_t sample = 0; sample < norms.size(); ++sample) {
    if (growth * norms[sample] <= most) continue;
    std::string text =
        absl::StrCat("U x + b of sample ", first + static_cast<Index>(sample), " is ");
    if (norms[sample] <= most) {
      absl::StrAppend(&text, "of norm ", norms[sample], ", with which z* or a step to it is ");
    }
    absl::StrAppend(&text, "beyond ", type, "; scale x or the weights of the injection");
    if (model->dtype() == DType::kFloat32) {
      absl::StrAppend(&text, ", or compute in float64, as solve --dtype=float64 does");
    }
    return text;
  }
  return absl::nullopt;
}

absl::Status CheckAnswers(Model* model, Index first) {
  const auto samples = [&] {
    return absl::StrCat(" for samples ", first, " to ", first + model->logits().columns() - 1);
  };
  MONDEQ_RETURN_IF_ERROR(CheckFinite(model->device(), model->forward_stats(),
                                     [&] { return absl::StrCat("z is not finite", samples()); }));
  return CheckFinite(model->device(), model->logits(),
                     [&] { return absl::StrCat("the logits are not finite", samples()); });
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
