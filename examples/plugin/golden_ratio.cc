#include "golden_ratio.pb.h"
#include "mondeq/core/registry.h"
#include "mondeq/splitting/splitting_method.h"

namespace example {
namespace {

// Malitsky (2020), "Golden ratio algorithms for variational inequalities":
//   x+ = (1 - 1/phi) z + 1/phi x,   z+ = prox^alpha(x+ - alpha F(z)).
// v is -alpha F(z), and q is the mean x. With (x+ - alpha F(z) - z+)/alpha in G(z+) an element of
// alpha (F + G)(z+) is
//   (x+ - z+) + alpha (F(z+) - F(z)),
// whose norm is at most (1 + alpha L) times that of the pair d.
struct GoldenRatio final : mondeq::SplittingMethod {
  explicit GoldenRatio(const GoldenRatioConfig& config)
      : SplittingMethod(config.alpha()), phi(config.phi()) {}

  mondeq::Multiplier multiplier(double alpha) const override { return alpha * (W - I); }
  mondeq::PointwiseStep At(int, double) const override {
    const mondeq::LinearForm mean = (1 - 1 / phi) * z + 1 / phi * q;
    return {mean + v, mean, z_next, mean - z_next, /*prox=*/true, z_next - z};
  }
  double AutomaticAlpha(double m, double l) const override { return 0.9 * AlphaBound(m, l); }
  double AlphaBound(double, double l) const override { return phi / (2 * l); }

  double phi;
};

MONDEQ_REGISTER(mondeq::SplittingMethod, golden_ratio, mondeq::MakeMethod<GoldenRatio>);

}  // namespace
}  // namespace example
