#include "mondeq/operators/tiers.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"
#include "mondeq/operators/torus_size.h"

namespace mondeq {
namespace {

// What works where tier `stop` (from 1) is the last that so many tiers can have: a side of s pixels
// is s + 2 with its border, s/2 + 2 in the next tier, and even as often as 2 divides s.
std::string WhatWorks(std::size_t tiers, std::size_t stop) {
  const std::string fewer =
      absl::StrCat("give at most ", stop, stop == 1 ? " entry" : " entries", " of channels");
  // No image has sides of more than 2^30 pixels.
  if (tiers > 31) return fewer;
  return absl::StrCat(fewer, ", or an image whose sides are multiples of ",
                      Index{1} << (tiers - 1));
}

}  // namespace

absl::StatusOr<std::vector<Tier>> MakeTiers(const Features& image,
                                            const std::vector<Index>& channels, Index torus_rows,
                                            Index torus_columns) {
  std::vector<Tier> tiers;
  Index rows = image.rows + 2, columns = image.columns + 2;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const bool last = i + 1 == channels.size();
    if (!last && (rows % 2 != 0 || columns % 2 != 0)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "channels: tier ", i + 1, " of ", channels.size(), " of an image ", image.ToString(),
          " is ", rows, "x", columns, " with its border, and odd sides cannot be halved; ",
          WhatWorks(channels.size(), i + 1)));
    }
    Tier tier;
    tier.visible = {rows, columns, channels[i]};
    tier.memory.channels = channels[i];
    MONDEQ_ASSIGN_OR_RETURN(tier.memory.rows,
                            ChooseTorusSize(i == 0 ? torus_rows : 0, rows, !last, "torus_rows"));
    MONDEQ_ASSIGN_OR_RETURN(tier.memory.columns, ChooseTorusSize(i == 0 ? torus_columns : 0,
                                                                 columns, !last, "torus_columns"));
    tiers.push_back(tier);
    // The next tier has the samples of what is visible, and one row and column of zeros.
    rows = rows / 2 + 1;
    columns = columns / 2 + 1;
  }
  return tiers;
}

}  // namespace mondeq
