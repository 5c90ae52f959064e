#include <cstddef>
#include <cstring>
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

  void Apply(const std::uint8_t* from, Random* random, std::uint8_t* to) const override {
    if (random->Uniform() >= probability_) {
      std::memcpy(to, from, static_cast<std::size_t>(features_.dim()));
    } else if (features_.channels == 3) {
      // A number of channels that the compiler knows.
      Mirror(from, 3, to);
    } else {
      Mirror(from, features_.channels, to);
    }
  }

 private:
  inline void Mirror(const std::uint8_t* from, Index channels, std::uint8_t* to) const {
    for (Index row = 0; row < features_.rows; ++row) {
      const std::uint8_t* end = from + features_.columns * channels;
      for (Index column = 0; column < features_.columns; ++column, to += channels) {
        end -= channels;
        for (Index c = 0; c < channels; ++c) to[c] = end[c];
      }
      from += features_.columns * channels;
    }
  }

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
