#include "mondeq/model/solve_report.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"
#include "mondeq/device/norm.h"
#include "mondeq/model/check_finite.h"

namespace mondeq {
namespace {

// "beyond float32; scale x or the weights of the injection, or compute in float64".
std::string BeyondType(const Model& model, absl::string_view scaled) {
  std::string text = absl::StrCat("beyond ", ToString(model.dtype()), "; scale ", scaled);
  if (model.dtype() == DType::kFloat32) {
    absl::StrAppend(&text, ", or compute in float64, as solve --dtype=float64 does");
  }
  return text;
}

absl::optional<std::string> OverflowOfBias(Model* model, Index first) {
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
    return text + BeyondType(*model, "x or the weights of the injection");
  }
  return absl::nullopt;
}

// Of an equilibrium that is finite. Parameters that are not are no matter of size.
absl::optional<std::string> OverflowOfLogits(Model* model, Index first) {
  std::vector<double> norms;
  ColumnNorms(model->device(), model->logits(), &norms);
  const auto bad =
      std::find_if_not(norms.begin(), norms.end(), [](double x) { return std::isfinite(x); });
  if (bad == norms.end() || !BlameParameter(model->device(), model->parameters()).empty()) {
    return absl::nullopt;
  }
  return absl::StrCat("the logits of sample ", first + (bad - norms.begin()), " are ",
                      BeyondType(*model, "the weights of the readout"));
}

// What the quantity of a solve is. An adjoint has no certificate.
absl::string_view NameOf(Criterion criterion, absl::string_view direction) {
  switch (criterion) {
    case Criterion::kRelativeChange:
    case Criterion::kRelativeChangePerSample:
      return "relative change";
    case Criterion::kRelativeError:
      return "relative error";
    case Criterion::kCertifiedError:
      return direction == "forward" ? "certified relative error" : "relative error";
  }
  return "?";
}

}  // namespace

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
  // L is found from below, to about a thousandth: what is not warned of is below the true bound.
  constexpr double kAbove = 1.002;
  const double bound = method.AlphaBound(m, kAbove * model->Lipschitz());
  if (model->alpha() < bound) return absl::nullopt;
  return absl::StrCat("alpha ", model->alpha(), " is not below ", bound, ", and from there on ",
                      model->method_name(), " need not converge (L = ", model->Lipschitz(), ")");
}

absl::optional<std::string> Shortfall(absl::string_view direction, const SolveStats& stats,
                                      Model* model) {
  if (stats.converged()) return absl::nullopt;
  const StoppingRule& rule = model->stopping_rule();
  std::string text =
      absl::StrCat("the ", direction, " solve ", ToString(stats.termination), " after ",
                   stats.iterations, " iterations: ", NameOf(rule.criterion, direction), " ",
                   stats.quantity, ", tolerance ", rule.tolerance);
  const absl::optional<std::string> why = NoGuarantee(model);
  if (why.has_value()) absl::StrAppend(&text, "; ", *why);
  return text;
}

absl::optional<std::string> Overflow(Model* model, Index first) {
  // What a broken device has computed reads as NaN.
  if (!model->device().status().ok()) return absl::nullopt;
  return model->forward_stats().termination == Termination::kNonFinite
             ? OverflowOfBias(model, first)
             : OverflowOfLogits(model, first);
}

absl::Status CheckAnswers(Model* model, Index first) {
  const auto samples = [&] {
    return absl::StrCat(" for samples ", first, " to ", first + model->logits().columns() - 1);
  };
  MONDEQ_RETURN_IF_ERROR(CheckFinite(model->device(), model->forward_stats(), [&] {
    return absl::StrCat("the forward solve diverged: not finite after ",
                        model->forward_stats().iterations, " iterations", samples());
  }));
  return CheckFinite(model->device(), model->logits(),
                     [&] { return absl::StrCat("the logits are not finite", samples()); });
}

void CertificateTally::Add(const std::vector<double>& relative_errors, const StoppingRule& rule) {
  tolerance_ = rule.tolerance;
  const double most = (rule.criterion == Criterion::kCertifiedError ? 1 : 10) * tolerance_;
  for (double error : relative_errors) {
    ++samples_;
    // A NaN is doubtful too.
    if (!(error <= most)) ++doubtful_;
    if (error <= tolerance_) ++certified_;
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
