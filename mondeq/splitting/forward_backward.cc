#include "mondeq/core/registry.h"
#include "mondeq/splitting/forward_backward.pb.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {
namespace {

// z+ = prox^alpha((1 - alpha) z + alpha (W z + b)); converges for alpha < 2m/L^2, fastest in the
// worst case at m/L^2.
class ForwardBackward final : public SplittingMethod {
 public:
  using SplittingMethod::SplittingMethod;

  Multiplier multiplier(double alpha) const override {
    return {Multiplier::Kind::kOperator, alpha, 1 - alpha, alpha};
  }
  PointwiseStep pointwise(double alpha) const override { return {alpha, 0, 1, 1}; }
  double AutomaticAlpha(double m, double l) const override { return m / (l * l); }
};

absl::StatusOr<std::unique_ptr<SplittingMethod>> MakeForwardBackward(
    const ForwardBackwardConfig& config, const SplittingMethod::Context&) {
  return std::make_unique<ForwardBackward>(config.alpha());
}

MONDEQ_REGISTER(SplittingMethod, forward_backward, MakeForwardBackward);

}  // namespace
}  // namespace mondeq
