#include "mondeq/core/registry.h"
#include "mondeq/splitting/forward_backward_forward.pb.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {

// Tseng (2000). With the iterate x the even steps give y = prox(x - alpha F(x)), the odd ones
// x+ = y - alpha F(y) + alpha F(x); q is alpha F(x). Since (x - y)/alpha - F(x) is in G(y), the
// change y - x tells how far y is.
struct ForwardBackwardForward final : SplittingMethod {
  explicit ForwardBackwardForward(const ForwardBackwardForwardConfig& config)
      : SplittingMethod(config.alpha()) {}

  Multiplier multiplier(double alpha) const override { return (1 - alpha) * I + alpha * W; }
  PointwiseStep At(int k, double) const override {
    if (k % 2 == 0) return {v, z - v, z_next};
    return {v + q, {}, z_next, PointwiseStep::kChange, /*prox=*/false};
  }
  double AutomaticAlpha(double, double l) const override { return 0.8 / l; }
  double AlphaBound(double, double l) const override { return 1 / l; }
};

MONDEQ_REGISTER(SplittingMethod, forward_backward_forward, MakeMethod<ForwardBackwardForward>);

}  // namespace mondeq
