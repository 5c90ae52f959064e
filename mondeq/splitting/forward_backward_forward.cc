#include <cmath>

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
  // Two iterations make x+ of x, and count equally. With (x - x+)/alpha in (F + G)(y), and so
  // <x - x+, y - z*> >= alpha m ||y - z*||^2, and x+ - y = alpha (F(x) - F(y)),
  //   ||x+ - z*||^2 = ||x - z*||^2 - 2 <x - x+, y - z*> - ||x - y||^2 + ||x+ - y||^2
  //                <= ||x - z*||^2 - a ||x - y||^2 - b ||y - z*||^2
  // for a = 1 - (alpha L)^2 and b = 2 alpha m, and the last two are at least a b / (a + b) times
  // ||x - z*||^2 by the triangle inequality.
  double ContractionFactor(double alpha, double m, double l) const override {
    const double a = 1 - alpha * alpha * l * l, b = 2 * alpha * m;
    return a > 0 ? std::pow(1 - a * b / (a + b), 0.25) : 1;
  }
};

MONDEQ_REGISTER(SplittingMethod, forward_backward_forward, MakeMethod<ForwardBackwardForward>);

}  // namespace mondeq
