#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/splitting/douglas_rachford.pb.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {
namespace {

// uh = 2z - u, u+ = (1 - rho) u + rho (2 V (uh + alpha b) - uh), z+ = prox^alpha(u+): averaged
// Peaceman-Rachford.
class DouglasRachford final : public SplittingMethod {
 public:
  DouglasRachford(const AlphaConfig& alpha, double relaxation)
      : SplittingMethod(alpha), relaxation_(relaxation) {}

  Multiplier multiplier(double alpha) const override {
    return {Multiplier::Kind::kResolvent, alpha, -1, 2};
  }
  PointwiseStep pointwise(double alpha) const override {
    return {alpha, 1 - relaxation_, relaxation_, 2};
  }
  double AutomaticAlpha(double m, double l) const override { return 1 / std::sqrt(m * l); }

 private:
  double relaxation_;
};

absl::StatusOr<std::unique_ptr<SplittingMethod>> MakeDouglasRachford(
    const DouglasRachfordConfig& config, const SplittingMethod::Context&) {
  return std::make_unique<DouglasRachford>(config.alpha(), config.relaxation());
}

MONDEQ_REGISTER(SplittingMethod, douglas_rachford, MakeDouglasRachford);

}  // namespace
}  // namespace mondeq
