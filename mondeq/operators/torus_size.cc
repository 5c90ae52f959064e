#include "mondeq/operators/torus_size.h"

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

absl::StatusOr<Index> Choose(Index given, Index needed, absl::string_view field) {
  if (given == 0) return FastTransformSize(needed);
  if (given >= needed) return given;
  return absl::InvalidArgumentError(absl::StrCat(
      field, ": must be >= ", needed, " to hold the image and its border, found ", given));
}

}  // namespace

Index FastTransformSize(Index n) {
  for (Index size = n;; ++size) {
    Index rest = size;
    for (Index prime : {2, 3, 5}) {
      while (rest % prime == 0) rest /= prime;
    }
    if (rest == 1) return size;
  }
}

absl::StatusOr<Tier> MakeTier(const Features& image, Index channels, Index border, Index rows,
                              Index columns) {
  Tier tier;
  tier.border = border;
  tier.visible = {image.rows + 2 * border, image.columns + 2 * border, channels};
  tier.features.channels = channels;
  MONDEQ_ASSIGN_OR_RETURN(tier.features.rows, Choose(rows, tier.visible.rows, "torus_rows"));
  MONDEQ_ASSIGN_OR_RETURN(tier.features.columns,
                          Choose(columns, tier.visible.columns, "torus_columns"));
  return tier;
}

}  // namespace mondeq
