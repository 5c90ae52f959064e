#include <memory>

#include "mondeq/core/registry.h"
#include "mondeq/data/augmentation.h"
#include "mondeq/data/horizontal_flip.pb.h"

namespace mondeq {
namespace {

class HorizontalFlip : public Augmentation {
 public:
  HorizontalFlip(double probability, const Features& features)
      : probability_(probability), features_(features) {}

  PixelMap Draw(Random* random) const override {
    PixelMap map = PixelMap::Keep(features_);
    if (random->Uniform() < probability_) map.columns = AxisMap::Mirror(features_.columns);
    return map;
  }

 private:
  const double probability_;
  const Features features_;
};

absl::StatusOr<std::unique_ptr<Augmentation>> MakeHorizontalFlip(
    const HorizontalFlipConfig& config, const Augmentation::Context& context) {
  return std::make_unique<HorizontalFlip>(config.probability(), context.features);
}

MONDEQ_REGISTER(Augmentation, horizontal_flip, MakeHorizontalFlip);

}  // namespace
}  // namespace mondeq
