#include "mondeq/operators/torus_size.h"

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"

namespace mondeq {

Index FastTransformSize(Index n) {
  for (Index size = n;; ++size) {
    Index rest = size;
    for (Index prime : {2, 3, 5}) {
      while (rest % prime == 0) rest /= prime;
    }
    if (rest == 1) return size;
  }
}

Index SlowFactor(Index n) {
  // A transform takes a number of operations for each point that grows with this factor.
  constexpr Index kLeastSlow = 50;
  Index largest = 1;
  for (Index factor = 2; n > 1; ++factor) {
    while (n % factor == 0) {
      largest = factor;
      n /= factor;
    }
  }
  return largest < kLeastSlow ? 1 : largest;
}

absl::StatusOr<Index> ChooseTorusSize(Index given, Index needed, bool even,
                                      absl::string_view field) {
  if (given == 0) {
    Index size = FastTransformSize(needed);
    while (even && size % 2 != 0) size = FastTransformSize(size + 1);
    return size;
  }
  if (given >= needed && (!even || given % 2 == 0)) return given;
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": must be ", even ? "even and " : "", ">= ", needed,
                   " to hold the image and its border, found ", given));
}

absl::StatusOr<Tier> MakeTier(const Features& image, Index channels, Index border, Index rows,
                              Index columns) {
  Tier tier;
  tier.visible = {image.rows + 2 * border, image.columns + 2 * border, channels};
  tier.memory.channels = channels;
  MONDEQ_ASSIGN_OR_RETURN(tier.memory.rows,
                          ChooseTorusSize(rows, tier.visible.rows, false, "torus_rows"));
  MONDEQ_ASSIGN_OR_RETURN(tier.memory.columns,
                          ChooseTorusSize(columns, tier.visible.columns, false, "torus_columns"));
  return tier;
}

}  // namespace mondeq
