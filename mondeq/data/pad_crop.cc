#include <algorithm>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/augmentation.h"
#include "mondeq/data/pad_crop.pb.h"

namespace mondeq {
namespace {

class PadCrop : public Augmentation {
 public:
  PadCrop(Index padding, const Features& features) : padding_(padding), features_(features) {}

  PixelMap Draw(Random* random) const override {
    const Index down = Offset(random), right = Offset(random);
    return {AxisMap::Shift(features_.rows, down), AxisMap::Shift(features_.columns, right)};
  }

 private:
  // Uniform in -padding .. padding.
  Index Offset(Random* random) const {
    return static_cast<Index>(random->Below(static_cast<std::uint64_t>(2 * padding_ + 1))) -
           padding_;
  }

  const Index padding_;
  const Features features_;
};

absl::StatusOr<std::unique_ptr<Augmentation>> MakePadCrop(const PadCropConfig& config,
                                                          const Augmentation::Context& context) {
  const Features& features = context.features;
  if (config.padding() >= std::min(features.rows, features.columns)) {
    return absl::InvalidArgumentError(
        absl::StrCat("padding: expected less than the rows and columns of the image (",
                     features.rows, " x ", features.columns, "), found ", config.padding()));
  }
  return std::make_unique<PadCrop>(config.padding(), features);
}

MONDEQ_REGISTER(Augmentation, pad_crop, MakePadCrop);

}  // namespace
}  // namespace mondeq
