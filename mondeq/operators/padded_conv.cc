// y[p] = sum_d U[d] x[p + d - border] + b with x zero outside the image: a k x k cross-correlation
// of an image, placed `border` pixels from the origin of an output that may be larger (the torus of
// a convolutional operator). Parameters: weight [C, d, k, k] (output, input, row, column), bias
// [C].
//
// The k k d values that a pixel sees are gathered into one matrix per pixel, and multiplied at
// once.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "mondeq/core/registry.h"
#include "mondeq/device/for_each.h"
#include "mondeq/device/scratch.h"
#include "mondeq/operators/linear_map.h"
#include "mondeq/operators/padded_conv.pb.h"

namespace mondeq {
namespace {

struct Geometry {
  Features input, output;
  Index k, border, batch;

  MONDEQ_HOST_DEVICE Index taps() const { return k * k; }
  // Where output pixel p looks for tap t, in image coordinates.
  MONDEQ_HOST_DEVICE bool Source(Index p, Index t, Index* pixel) const {
    const Index y = p / output.columns + t / k - k / 2 - border;
    const Index x = p % output.columns + t % k - k / 2 - border;
    *pixel = y * input.columns + x;
    return y >= 0 && y < input.rows && x >= 0 && x < input.columns;
  }
};

// patches[p][channel][tap][sample] = x at the tap's pixel, or 0. One call per row of samples.
template <class T>
struct Gather {
  Geometry g;
  const T* x;
  T* patches;

  MONDEQ_HOST_DEVICE void operator()(Index row) const {
    const Index tap = row % g.taps(), channel = row / g.taps() % g.input.channels;
    const Index p = row / g.taps() / g.input.channels;
    T* to = patches + row * g.batch;
    Index pixel;
    if (g.Source(p, tap, &pixel)) {
      const T* from = x + (pixel * g.input.channels + channel) * g.batch;
      for (Index l = 0; l < g.batch; ++l) to[l] = from[l];
    } else {
      for (Index l = 0; l < g.batch; ++l) to[l] = T{0};
    }
  }
};

// The adjoint: x at a pixel is the sum over the patches that hold it. One call per row of samples
// of x.
template <class T>
struct Scatter {
  Geometry g;
  const T* patches;
  T* x;

  MONDEQ_HOST_DEVICE void operator()(Index row) const {
    const Index channel = row % g.input.channels, pixel = row / g.input.channels;
    T* to = x + row * g.batch;
    for (Index l = 0; l < g.batch; ++l) to[l] = T{0};
    for (Index t = 0; t < g.taps(); ++t) {
      const Index py = pixel / g.input.columns + g.border + g.k / 2 - t / g.k;
      const Index px = pixel % g.input.columns + g.border + g.k / 2 - t % g.k;
      if (py < 0 || py >= g.output.rows || px < 0 || px >= g.output.columns) continue;
      const Index p = py * g.output.columns + px;
      const T* from = patches + ((p * g.input.channels + channel) * g.taps() + t) * g.batch;
      for (Index l = 0; l < g.batch; ++l) to[l] += from[l];
    }
  }
};

class PaddedConv final : public LinearMap {
 public:
  PaddedConv(const PaddedConvConfig& config, const Features& output, const Context& context)
      : device_(*context.device),
        dtype_(context.dtype),
        geometry_{context.input, output, config.kernel_size(), context.border, 0},
        fan_in_(config.kernel_size() * config.kernel_size() * context.input.channels) {
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in_));
    weight_ = context.parameters.Add(
        "weight",
        {output.channels, context.input.channels, config.kernel_size(), config.kernel_size()}, 0,
        bound);
    bias_ = context.parameters.Add("bias", {output.channels}, 0, bound);
  }

  Features input() const override { return geometry_.input; }
  Features output() const override { return geometry_.output; }

  void Apply(const Tensor& x, const Tensor& y) override {
    device_.BatchedMatMul(1, Weight(weight_->value), Transpose::kNo, Patches(x), Transpose::kNo, 0,
                          PerPixel(y));
    device_.AddToRows(bias_->value, y);
  }

  void ApplyAdjoint(const Tensor& y, const Tensor& x) override {
    const Tensor& patches = PatchMemory(y.columns());
    device_.BatchedMatMul(1, Weight(weight_->value), Transpose::kYes, PerPixel(y), Transpose::kNo,
                          0, patches);
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      ForEachRow(device_, x.rows(), x.columns(),
                 Scatter<T>{WithBatch(x.columns()), patches.data<T>(), x.data<T>()});
    });
  }

  void AccumulateGradient(const Tensor& x, const Tensor& dy) override {
    device_.BatchedMatMul(1, PerPixel(dy), Transpose::kNo, Patches(x), Transpose::kYes, 1,
                          Weight(weight_->gradient));
    // The bias is shared by all pixels: sum over samples, then over pixels.
    const Tensor& sums = sums_.Get(device_, dtype_, {dy.rows()});
    device_.SumRows(dy, 0, sums);
    const Index channels = geometry_.output.channels, pixels = dy.rows() / channels;
    device_.MatMul(1, Ones(pixels), Transpose::kNo, sums.View({pixels, channels}), Transpose::kNo,
                   1, bias_->gradient.View({1, channels}));
  }

 private:
  Geometry WithBatch(Index batch) const {
    Geometry geometry = geometry_;
    geometry.batch = batch;
    return geometry;
  }
  Tensor Weight(const Tensor& kernel) const {
    return kernel.View({geometry_.output.channels, fan_in_});
  }
  Tensor PerPixel(const Tensor& y) const {
    const Index channels = geometry_.output.channels;
    return y.View({y.rows() / channels, channels, y.columns()});
  }
  const Tensor& PatchMemory(Index batch) {
    const Index pixels = geometry_.output.rows * geometry_.output.columns;
    return patches_.Get(device_, dtype_, {pixels, fan_in_, batch});
  }
  const Tensor& Patches(const Tensor& x) {
    const Tensor& patches = PatchMemory(x.columns());
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      ForEachRow(device_, patches.size() / x.columns(), x.columns(),
                 Gather<T>{WithBatch(x.columns()), x.data<T>(), patches.data<T>()});
    });
    return patches;
  }
  const Tensor& Ones(Index n) {
    if (ones_.get().empty()) device_.Fill(1, ones_.Get(device_, dtype_, {1, n}));
    return ones_.get();
  }

  Device& device_;
  DType dtype_;
  Geometry geometry_;
  Index fan_in_;
  Parameter* weight_;
  Parameter* bias_;
  Scratch patches_, sums_, ones_;
};

absl::StatusOr<std::unique_ptr<LinearMap>> MakePaddedConv(const PaddedConvConfig& config,
                                                          const LinearMap::Context& context) {
  Features output = context.output.channels > 0 ? context.output : context.input;
  if (config.has_channels()) output.channels = config.channels();
  return std::make_unique<PaddedConv>(config, output, context);
}

MONDEQ_REGISTER(LinearMap, padded_conv, MakePaddedConv);

}  // namespace
}  // namespace mondeq
