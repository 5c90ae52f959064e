// Flatten: [row][column][channel] to a vector ordered channel, row, column (the order of N, C, H, W
// files). A permutation of the rows of the state.
#include "mondeq/core/registry.h"
#include "mondeq/device/for_each.h"
#include "mondeq/operators/flatten.pb.h"
#include "mondeq/operators/linear_map.h"

namespace mondeq {
namespace {

// Copies row i = (pixel, channel) of an image state to its flat place, or back.
template <class T>
struct Permute {
  Index pixels, channels, batch;
  bool forward;
  const T* from;
  T* to;

  MONDEQ_HOST_DEVICE void operator()(Index i, Index begin, Index end) const {
    const Index pixel = i / channels, channel = i % channels;
    const Index flat = channel * pixels + pixel;
    const T* source = from + (forward ? i : flat) * batch;
    T* target = to + (forward ? flat : i) * batch;
    for (Index l = begin; l < end; ++l) target[l] = source[l];
  }
};

class Flatten final : public LinearMap {
 public:
  explicit Flatten(const Context& context) : device_(context.device), input_(context.input) {}

  Features input() const override { return input_; }
  Features output() const override { return Features::Flat(input_.dim()); }
  void Apply(const Tensor& x, const Tensor& y) override { Run(x, y, true); }
  void ApplyAdjoint(const Tensor& y, const Tensor& x) override { Run(y, x, false); }
  void AccumulateGradient(const Tensor&, const Tensor&) override {}

 private:
  void Run(const Tensor& from, const Tensor& to, bool forward) {
    DispatchFloat(from.dtype(), [&](auto zero) {
      using T = decltype(zero);
      ForEachRow(*device_, from.rows(), from.columns(),
                 Permute<T>{input_.rows * input_.columns, input_.channels, from.columns(), forward,
                            from.data<T>(), to.data<T>()});
    });
  }

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
