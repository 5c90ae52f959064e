#include "mondeq/cli/start_state.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/cli/samples.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/status.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

// The shape in which files have a tier of `count` samples.
std::vector<Index> ShapeInFiles(const Features& visible, Index count) {
  if (!visible.is_image()) return {count, visible.dim()};
  return {count, visible.channels, visible.rows, visible.columns};
}

}  // namespace

absl::StatusOr<Tensor> ReadStart(const std::string& path, Index count, Model* model) {
  MONDEQ_ASSIGN_OR_RETURN(const Safetensors file, ReadSafetensors(path));
  Device& device = model->device();
  const StateLayout& layout = model->op().layout();
  const Tensor state = device.Allocate(model->dtype(), {layout.dim(), count});
  device.Fill(0, state);
  for (std::size_t i = 0; i < layout.tiers().size(); ++i) {
    const Features& visible = layout.tiers()[i].visible;
    const std::string name = absl::StrCat("z.", i), where = absl::StrCat(path, ": ", name);
    const std::vector<Index> shape = ShapeInFiles(visible, count);
    const auto found = file.arrays.find(name);
    const bool fits =
        found != file.arrays.end() && found->second.is_float() && found->second.shape == shape;
    if (!fits) {
      return absl::DataLossError(absl::StrCat(
          where, ": expected ", kFloatTypes, " of shape [", absl::StrJoin(shape, ", "),
          "], the equilibria of the samples as solve writes them, found ",
          found != file.arrays.end() ? ToString(found->second) : DescribeMissing(file, name)));
    }
    MONDEQ_RETURN_IF_ERROR(CheckFinite(found->second, model->dtype(), where));
    layout.SetVisibleTierOf(
        i, device, ToTensor(device, model->dtype(), ToState(found->second, visible)), state);
  }
  return state;
}

}  // namespace mondeq
