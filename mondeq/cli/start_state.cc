#include "mondeq/cli/start_state.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/cli/samples.h"
#include "mondeq/core/status.h"
#include "mondeq/model/weights.h"

namespace mondeq {

absl::StatusOr<std::vector<HostArray>> ReadStart(const std::string& path, Index count,
                                                 const Model& model) {
  MONDEQ_ASSIGN_OR_RETURN(Safetensors file, ReadSafetensors(path));
  std::vector<HostArray> states;
  for (const Tier& tier : model.op().layout().tiers()) {
    const std::string name = absl::StrCat("z.", states.size());
    const std::string where = absl::StrCat(path, ": ", name);
    const std::vector<Index> shape = ShapeInFiles(tier.visible, count);
    const auto found = file.arrays.find(name);
    const bool fits =
        found != file.arrays.end() && found->second.is_float() && found->second.shape == shape;
    if (!fits) {
      return absl::DataLossError(absl::StrCat(
          where, ": expected ", kFloatTypes, " of shape [", absl::StrJoin(shape, ", "),
          "], the equilibria of the samples as solve writes them, found ",
          found != file.arrays.end() ? ToString(found->second) : DescribeMissing(file, name)));
    }
    MONDEQ_RETURN_IF_ERROR(CheckFinite(found->second, model.dtype(), where));
    states.push_back(std::move(found->second));
  }
  return states;
}

}  // namespace mondeq
