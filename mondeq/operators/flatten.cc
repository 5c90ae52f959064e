// Flatten makes an image [row][column][channel] a vector ordered channel, row, column, which is the
// order of files with N, C, H, W. It permutes the rows of a state.
#include "mondeq/core/registry.h"
#include "mondeq/operators/flatten.pb.h"
#include "mondeq/operators/linear_map.h"
#include "mondeq/operators/swap_axes.h"

namespace mondeq {
namespace {

class Flatten final : public LinearMap {
 public:
  explicit Flatten(const Context& context) : device_(context.device), input_(context.input) {}

  Rounding rounding() const override { return {}; }
  Features input() const override { return input_; }
  Features output() const override { return Features::Flat(input_.dim()); }
  void Apply(const Tensor& x, const Tensor& y) override {
    SwapAxes(*device_, pixels(), input_.channels, x.columns(), x, y);
  }
  void ApplyAdjoint(const Tensor& y, const Tensor& x) override {
    SwapAxes(*device_, input_.channels, pixels(), y.columns(), y, x);
  }
  void AccumulateGradient(const Tensor&, const Tensor&) override {}

 private:
  Index pixels() const { return input_.rows * input_.columns; }

  Device* device_;
  Features input_;
};

absl::StatusOr<std::unique_ptr<LinearMap>> MakeFlatten(const FlattenConfig&,
                                                       const LinearMap::Context& context) {
  return std::make_unique<Flatten>(context);
}

MONDEQ_REGISTER(LinearMap, flatten, MakeFlatten);

}  // namespace
}  // namespace mondeq
