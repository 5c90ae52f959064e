#include "mondeq/operators/tiers.h"

#include "absl/strings/str_cat.h"
#include "mondeq/operators/torus_size.h"

namespace mondeq {
namespace {

Index TorusSize(Index at_least, bool even) {
  Index size = FastTransformSize(at_least);
  while (even && size % 2 != 0) size = FastTransformSize(size + 1);
  return size;
}

}  // namespace

absl::StatusOr<std::vector<Tier>> MakeTiers(const Features& image,
                                            const std::vector<Index>& channels) {
  std::vector<Tier> tiers;
  Index rows = image.rows + 2, columns = image.columns + 2;
  // What the samples of the tier before, and one row and column of zeros, need.
  Index torus_rows = rows, torus_columns = columns;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const bool last = i + 1 == channels.size();
    if (!last && (rows % 2 != 0 || columns % 2 != 0)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "channels: tier ", i, " of an image ", image.ToString(), " is ", rows, "x", columns,
          " with its border; expected even sides to halve for ", channels.size(), " tiers"));
    }
    Tier tier;
    tier.visible = {rows, columns, channels[i]};
    tier.features = {TorusSize(torus_rows, !last), TorusSize(torus_columns, !last), channels[i]};
    tier.border = 1;
    tiers.push_back(tier);
    rows = rows / 2 + 1;
    columns = columns / 2 + 1;
    torus_rows = tier.features.rows / 2 + 1;
    torus_columns = tier.features.columns / 2 + 1;
  }
  return tiers;
}

}  // namespace mondeq
