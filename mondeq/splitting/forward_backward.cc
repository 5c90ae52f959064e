#include "mondeq/core/registry.h"
#include "mondeq/splitting/contraction.h"
#include "mondeq/splitting/forward_backward.pb.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {

// The relaxed iterate r is remembered as q. z+ is what the prox gave, before the relaxation.
struct ForwardBackward final : SplittingMethod {
  explicit ForwardBackward(const ForwardBackwardConfig& config)
      : SplittingMethod(config.alpha()), rho(config.relaxation()) {}

  Multiplier multiplier(double alpha) const override { return (1 - alpha) * I + alpha * W; }
  PointwiseStep At(int, double) const override {
    if (rho == 1) return {v, {}, z_next};
    const LinearForm relaxed = (1 - rho) * q + rho * z_next;
    return {v, relaxed, relaxed, z_next - q};
  }
  // This alpha is the fastest in the worst case.
  double AutomaticAlpha(double m, double l) const override { return m / (l * l); }
  double AlphaBound(double m, double l) const override { return 2 * m / (l * l); }
  double ContractionFactor(double alpha, double m, double l) const override {
    return RelaxedFactor(rho, ForwardStepFactor(alpha, m, l));
  }

  double rho;
};

MONDEQ_REGISTER(SplittingMethod, forward_backward, MakeMethod<ForwardBackward>);

}  // namespace mondeq
