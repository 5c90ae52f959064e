#include "mondeq/core/registry.h"
#include "mondeq/splitting/forward_reflected_backward.pb.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {

// Malitsky and Tam (2020). v is -alpha F(z), and q is the v before, at z- say. With (p - z+)/alpha
// in G(z+) an element of alpha (F + G)(z+) is
//   (z - z+) + (v - q) + alpha (F(z+) - F(z)),
// whose norm is at most (1 + alpha L) times that of the pair d.
struct ForwardReflectedBackward final : SplittingMethod {
  explicit ForwardReflectedBackward(const ForwardReflectedBackwardConfig& config)
      : SplittingMethod(config.alpha()) {}

  Multiplier multiplier(double alpha) const override { return alpha * (W - I); }
  PointwiseStep At(int k, double) const override {
    if (k == 0) return {z + v, v, z_next};
    return {z + 2 * v - q, v, z_next, z - z_next + v - q, /*prox=*/true, z_next - z};
  }
  double AutomaticAlpha(double, double l) const override { return 0.4 / l; }
  double AlphaBound(double, double l) const override { return 0.5 / l; }
};

MONDEQ_REGISTER(SplittingMethod, forward_reflected_backward, MakeMethod<ForwardReflectedBackward>);

}  // namespace mondeq
