#include <algorithm>
#include <cstddef>
#include <cstring>
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

  void Apply(const std::uint8_t* from, Random* random, std::uint8_t* to) const override {
    // to(row, column) = from(row + down, column + right), 0 outside.
    const Index down = Offset(random), right = Offset(random);
    const Index channels = features_.channels;
    const std::size_t row_bytes = static_cast<std::size_t>(features_.columns * channels);
    const std::size_t left_bytes = static_cast<std::size_t>(std::max(-right, Index{0}) * channels);
    const std::size_t right_bytes = static_cast<std::size_t>(std::max(right, Index{0}) * channels);
    const std::size_t kept_bytes = row_bytes - left_bytes - right_bytes;
    for (Index row = 0; row < features_.rows; ++row, to += row_bytes) {
      const Index source = row + down;
      if (source < 0 || source >= features_.rows) {
        std::memset(to, 0, row_bytes);
        continue;
      }
      std::memset(to, 0, left_bytes);
      std::memcpy(to + left_bytes,
                  from + static_cast<std::size_t>(source) * row_bytes + right_bytes, kept_bytes);
      std::memset(to + left_bytes + kept_bytes, 0, right_bytes);
    }
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
