// Augmentations: random changes of training images, drawn anew in every epoch. They move pixels, or
// hide them, and work on bytes, before normalisation: what pads an image is the byte 0, black.
#ifndef MONDEQ_DATA_AUGMENTATION_H_
#define MONDEQ_DATA_AUGMENTATION_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/features.h"
#include "mondeq/core/random.h"
#include "mondeq/data/augmentation.pb.h"
#include "mondeq/data/pixel_map.h"

namespace mondeq {

class Augmentation {
 public:
  using Config = AugmentationConfig;
  struct Context {
    // The shape of every image.
    Features features;
  };
  static constexpr char kKind[] = "augmentation";

  virtual ~Augmentation() = default;

  // Draws the change of one image. All randomness comes from `random`, a stream that belongs to
  // this sample in this epoch. Allocates nothing, and may be called from any thread.
  virtual PixelMap Draw(Random* random) const = 0;
};

// They are applied one after the other, in this order.
using Augmentations = std::vector<std::unique_ptr<const Augmentation>>;

// Makes what DatasetConfig.augmentation lists, for images of the shape `features`. Errors:
// kInvalidArgument, located in `source`.
absl::StatusOr<Augmentations> MakeAugmentations(
    const google::protobuf::RepeatedPtrField<AugmentationConfig>& configs,
    const ConfigSource& source, const Features& features);

}  // namespace mondeq

#endif  // MONDEQ_DATA_AUGMENTATION_H_
