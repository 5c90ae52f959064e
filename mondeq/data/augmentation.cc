#include "mondeq/data/augmentation.h"

#include <utility>

#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"

namespace mondeq {

absl::StatusOr<Augmentations> MakeAugmentations(
    const google::protobuf::RepeatedPtrField<AugmentationConfig>& configs,
    const ConfigSource& source, const Features& features) {
  Augmentations augmentations;
  for (const AugmentationConfig& config : configs) {
    MONDEQ_ASSIGN_OR_RETURN(std::unique_ptr<Augmentation> augmentation,
                            Registry<Augmentation>::Create(config, source, {features}));
    augmentations.push_back(std::move(augmentation));
  }
  return augmentations;
}

}  // namespace mondeq
