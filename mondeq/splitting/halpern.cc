#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/splitting/contraction.h"
#include "mondeq/splitting/halpern.pb.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {

// Halpern (1967): Peaceman-Rachford or Douglas-Rachford, drawn back to where it began, ever less.
// v is R q with the reflections R = R_F R_G (splitting_method.h), and (R p - p)/2 would tell how
// far z+ is. R does not expand: ||R p - p|| <= ||p - q|| + ||v - p||, of which d is the pair.
struct Halpern final : SplittingMethod {
  explicit Halpern(const HalpernConfig& config)
      : SplittingMethod(config.alpha()), rho(config.relaxation()) {}

  Multiplier multiplier(double alpha) const override { return 2 * V(alpha) - I; }
  PointwiseStep At(int k, double) const override {
    const double anchor = 1.0 / (k + 2), half = std::sqrt(0.5);
    return {(1 - anchor) * ((1 - rho) * q + rho * v),
            p,
            2 * z_next - p,
            half * (p - q),
            true,
            half * (v - p)};
  }
  double AutomaticAlpha(double m, double l) const override { return ReflectionAlpha(m, l); }
  bool converges_sublinearly() const override { return true; }

  double rho;
};

MONDEQ_REGISTER(SplittingMethod, halpern, MakeMethod<Halpern>);

}  // namespace mondeq
