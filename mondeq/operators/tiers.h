// The sizes of a multi-tier convolution: the image and a border of one pixel, then s/2 + 1 from
// tier to tier, each on a torus that is at least as large and has a fast transform.
#ifndef MONDEQ_OPERATORS_TIERS_H_
#define MONDEQ_OPERATORS_TIERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/core/features.h"

namespace mondeq {

// One tier for each entry of `channels`. Errors: kInvalidArgument when a tier that must be halved
// is odd.
absl::StatusOr<std::vector<Tier>> MakeTiers(const Features& image,
                                            const std::vector<Index>& channels);

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_TIERS_H_
