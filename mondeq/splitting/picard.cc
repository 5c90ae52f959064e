#include "mondeq/core/registry.h"
#include "mondeq/splitting/picard.pb.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {

// Picard iteration, z+ = sigma(W z + b): forward-backward with the one step that it can have, as
// sigma = prox^1. It converges where ||W|| < 1, for which the bound of forward-backward,
// 1 < 2m/L^2, is enough. Monotone operators have an equilibrium also where it diverges.
struct Picard final : SplittingMethod {
  explicit Picard(const PicardConfig&) : SplittingMethod(1) {}

  Multiplier multiplier(double) const override { return W; }
  PointwiseStep At(int, double) const override { return {v, {}, z_next}; }
  double AutomaticAlpha(double, double) const override { return 1; }
  double AlphaBound(double m, double l) const override { return 2 * m / (l * l); }
  bool converges_always() const override { return false; }
};

MONDEQ_REGISTER(SplittingMethod, picard, MakeMethod<Picard>);

}  // namespace mondeq
