#include "mondeq/core/registry.h"
#include "mondeq/splitting/broyden.pb.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {

// Broyden's good method on p - (W sigma(p) + b), whose zero is the p of z* = sigma(p), from the
// Jacobian I: Picard iteration (picard.cc), with the memory of rank-one updates. Bai, Kolter and
// Koltun (2019) solve for z by it.
struct Broyden final : SplittingMethod {
  explicit Broyden(const BroydenConfig& config) : SplittingMethod(1) {
    rank_one_updates.secants = Acceleration::kStates;
    rank_one_updates.memory = static_cast<int>(config.memory());
    rank_one_updates.safeguarded = false;
  }

  Multiplier multiplier(double) const override { return W; }
  PointwiseStep At(int, double) const override { return {v, {}, z_next}; }
  double AutomaticAlpha(double, double) const override { return 1; }
  double AlphaBound(double m, double l) const override { return 2 * m / (l * l); }
  bool converges_always() const override { return false; }
  const Acceleration* acceleration() const override { return &rank_one_updates; }

  Acceleration rank_one_updates;
};

MONDEQ_REGISTER(SplittingMethod, broyden, MakeMethod<Broyden>);

}  // namespace mondeq
