// Images, and what augmentations make of them.
#ifndef MONDEQ_DATA_AUGMENTATION_TESTING_H_
#define MONDEQ_DATA_AUGMENTATION_TESTING_H_

#include "mondeq/core/random.h"
#include "mondeq/data/augmentation.h"
#include "mondeq/data/pixel_map_testing.h"

namespace mondeq {

// Makes an image in which no pixel is black and few are alike.
inline Image RandomImage(const Features& features, std::uint64_t seed) {
  Random random(seed);
  Image image(static_cast<std::size_t>(features.dim()));
  for (std::uint8_t& value : image) value = static_cast<std::uint8_t>(1 + random.Below(255));
  return image;
}

// Returns what the augmentation makes of an image with that random stream.
inline Image Augmented(const Augmentation& augmentation, const Image& image,
                       const Features& features, std::uint64_t stream) {
  Random random(11, stream);
  return Change(augmentation.Draw(&random), image, features);
}

}  // namespace mondeq

#endif  // MONDEQ_DATA_AUGMENTATION_TESTING_H_
