#include "mondeq/model/adjoint.h"

#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/model/alpha_policy.h"

namespace mondeq {

absl::StatusOr<Adjoint> Adjoint::Create(const GradientConfig& config, const ConfigSource& source,
                                        DType dtype) {
  Adjoint adjoint;
  adjoint.config_ = config;
  if (!config.has_splitting()) return adjoint;
  const SplittingConfig& splitting = config.splitting();
  MONDEQ_ASSIGN_OR_RETURN(adjoint.method_,
                          Registry<SplittingMethod>::Create(splitting, source, {}));
  const AlphaConfig& alpha = adjoint.method_->alpha();
  if (alpha.has_tune()) {
    return AlphaError(splitting, source,
                      "tune: alpha is tuned by forward solves; of a gradient it must be a value or "
                      "automatic");
  }
  if (alpha.has_value()) adjoint.alpha_ = alpha.value();
  adjoint.rule_ = MakeStoppingRule(splitting, dtype);
  return adjoint;
}

void Adjoint::Find(MonotoneOperator& op, const ProxMap& prox, const Forward& forward,
                   const Tensor& g, Device* device, Solver* solver, const Tensor& u,
                   SolveStats* stats) {
  if (config_.has_truncated()) return Truncated(op, prox, g, device, u, stats);
  if (method_ != nullptr) {
    *stats = solver->Solve(op, Direction::kAdjoint, prox, *method_, alpha_, g, rule_, u);
    return;
  }
  StoppingRule rule = forward.rule;
  const ExactGradient& exact = config_.exact();
  if (exact.has_tolerance()) rule.tolerance = exact.tolerance();
  if (exact.has_max_iterations()) rule.max_iterations = static_cast<int>(exact.max_iterations());
  *stats = solver->Solve(op, Direction::kAdjoint, prox, forward.method, forward.alpha, g, rule, u);
}

void Adjoint::Truncated(MonotoneOperator& op, const ProxMap& prox, const Tensor& g, Device* device,
                        const Tensor& u, SolveStats* stats) {
  const int steps = static_cast<int>(config_.truncated().steps());
  prox.Prox(*device, 1, g, u);
  for (int i = 0; i < steps; ++i) {
    const Tensor& work = work_.Get(*device, g.dtype(), g.shape());
    op.Apply(Direction::kAdjoint, u, work);
    device->Axpby(1, g, 1, work);
    prox.Prox(*device, 1, work, u);
  }
  const SampleStats sample{steps, 0, Termination::kConverged};
  stats->iterations = steps;
  stats->quantity = 0;
  stats->termination = Termination::kConverged;
  stats->samples.assign(static_cast<std::size_t>(g.columns()), sample);
}

}  // namespace mondeq
