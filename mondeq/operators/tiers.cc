#include "mondeq/operators/tiers.h"

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"
#include "mondeq/operators/torus_size.h"

namespace mondeq {

absl::StatusOr<std::vector<Tier>> MakeTiers(const Features& image,
                                            const std::vector<Index>& channels, Index torus_rows,
                                            Index torus_columns) {
  std::vector<Tier> tiers;
  Index rows = image.rows + 2, columns = image.columns + 2;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const bool last = i + 1 == channels.size();
    if (!last && (rows % 2 != 0 || columns % 2 != 0)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "channels: tier ", i, " of an image ", image.ToString(), " is ", rows, "x", columns,
          " with its border; expected even sides to halve for ", channels.size(), " tiers"));
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
