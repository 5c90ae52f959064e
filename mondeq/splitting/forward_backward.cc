#include "mondeq/core/registry.h"
#include "mondeq/splitting/forward_backward.pb.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {

struct ForwardBackward final : SplittingMethod {
  explicit ForwardBackward(const ForwardBackwardConfig& config) : SplittingMethod(config.alpha()) {}

  Multiplier multiplier(double alpha) const override { return (1 - alpha) * I + alpha * W; }
  PointwiseStep At(int, double) const override { return {v, {}, z_next}; }
  // This alpha is the fastest in the worst case.
  double AutomaticAlpha(double m, double l) const override { return m / (l * l); }
  double AlphaBound(double m, double l) const override { return 2 * m / (l * l); }
};

MONDEQ_REGISTER(SplittingMethod, forward_backward, MakeMethod<ForwardBackward>);

}  // namespace mondeq
