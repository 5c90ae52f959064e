#include "mondeq/core/registry.h"
#include "mondeq/splitting/contraction.h"
#include "mondeq/splitting/peaceman_rachford.pb.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {

struct PeacemanRachford final : SplittingMethod {
  explicit PeacemanRachford(const PeacemanRachfordConfig& config)
      : SplittingMethod(config.alpha()) {}

  Multiplier multiplier(double alpha) const override { return 2 * V(alpha) - I; }
  PointwiseStep At(int, double) const override { return {v, p, 2 * z_next - p, 0.5 * (v - q)}; }
  double AutomaticAlpha(double m, double l) const override { return ReflectionAlpha(m, l); }
  double ContractionFactor(double alpha, double m, double l) const override {
    return ReflectionFactor(alpha, m, l);
  }
};

MONDEQ_REGISTER(SplittingMethod, peaceman_rachford, MakeMethod<PeacemanRachford>);

}  // namespace mondeq
