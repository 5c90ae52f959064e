// The sizes of a multi-tier convolution. The first tier is the image and a border of one pixel; a
// side of s pixels becomes one of s/2 + 1 in the next tier. Each tier lies on a torus that is at
// least as large and has a fast transform.
#ifndef MONDEQ_OPERATORS_TIERS_H_
#define MONDEQ_OPERATORS_TIERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/core/features.h"
#include "mondeq/operators/state_layout.h"

namespace mondeq {

// One tier for each entry of `channels`. `torus_rows`, `torus_columns` = 0 lets the first tier's
// torus be chosen. Errors: kInvalidArgument when a tier that must be halved has an odd side, or
// when a given torus is too small, or odd although it must be halved.
absl::StatusOr<std::vector<Tier>> MakeTiers(const Features& image,
                                            const std::vector<Index>& channels, Index torus_rows,
                                            Index torus_columns);

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_TIERS_H_
