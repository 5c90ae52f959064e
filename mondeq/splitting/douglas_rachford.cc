#include "mondeq/core/registry.h"
#include "mondeq/splitting/contraction.h"
#include "mondeq/splitting/douglas_rachford.pb.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {

// Averaged Peaceman-Rachford: p is a mean of v and q, the p of the iteration before.
struct DouglasRachford final : SplittingMethod {
  explicit DouglasRachford(const DouglasRachfordConfig& config)
      : SplittingMethod(config.alpha()), rho(config.relaxation()) {}

  Multiplier multiplier(double alpha) const override { return 2 * V(alpha) - I; }
  PointwiseStep At(int, double) const override {
    return {(1 - rho) * q + rho * v, p, 2 * z_next - p, 0.5 * (v - q)};
  }
  double AutomaticAlpha(double m, double l) const override { return ReflectionAlpha(m, l); }
  double ContractionFactor(double alpha, double m, double l) const override {
    return RelaxedFactor(rho, ReflectionFactor(alpha, m, l));
  }

  double rho;
};

MONDEQ_REGISTER(SplittingMethod, douglas_rachford, MakeMethod<DouglasRachford>);

}  // namespace mondeq
