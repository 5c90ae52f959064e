// y[p] = sum_d U[d] x[p + d - border] + b with x zero outside the image: a k x k cross-correlation
// of an image, placed `border` pixels from the origin of an output that may be larger (the torus of
// a convolutional operator). Parameters: weight [n_out, n_in, k, k] (output, input, row, column),
// bias [n_out].
//
// The k k n_in values that a pixel sees are gathered into one matrix per pixel, with a last row of
// ones that the bias multiplies, and all products are one batch. This is done for a few rows of
// pixels at a time, whose matrices stay in the cache where there is one.
#include <algorithm>
#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/device/for_each.h"
#include "mondeq/device/norm.h"
#include "mondeq/device/scratch.h"
#include "mondeq/operators/linear_map.h"
#include "mondeq/operators/padded_conv.pb.h"

namespace mondeq {
namespace {

struct Geometry {
  Features input, output;
  Index k, origin, batch;

  MONDEQ_HOST_DEVICE Index taps() const { return k * k; }
  MONDEQ_HOST_DEVICE Index fan_in() const { return taps() * input.channels; }
};

// patches[p - first][channel][tap][sample] = x at the tap's pixel, or 0; then a row of ones. It
// runs over pixels p of the output, from `first` on, and over samples.
template <class T>
struct Gather {
  Geometry g;
  Index first;
  const T* x;
  T* patches;

  MONDEQ_HOST_DEVICE void operator()(Index i, Index begin, Index end) const {
    const Index p = first + i;
    // Where the first tap looks, in image coordinates.
    const Index top = p / g.output.columns - g.k / 2 - g.origin;
    const Index left = p % g.output.columns - g.k / 2 - g.origin;
    T* to = patches + i * (g.fan_in() + 1) * g.batch;
    for (Index channel = 0; channel < g.input.channels; ++channel) {
      for (Index y = top; y < top + g.k; ++y) {
        for (Index at = left; at < left + g.k; ++at, to += g.batch) {
          Row(y, at, channel, begin, end, to);
        }
      }
    }
    for (Index l = begin; l < end; ++l) to[l] = T{1};
  }

 private:
  MONDEQ_HOST_DEVICE void Row(Index y, Index at, Index channel, Index begin, Index end,
                              T* to) const {
    if (y >= 0 && y < g.input.rows && at >= 0 && at < g.input.columns) {
      const T* from = x + ((y * g.input.columns + at) * g.input.channels + channel) * g.batch;
      for (Index l = begin; l < end; ++l) to[l] = from[l];
    } else {
      for (Index l = begin; l < end; ++l) to[l] = T{0};
    }
  }
};

// joined[channel] = the channel's weights and its bias, [channels, fan_in + 1].
template <class T>
struct JoinBias {
  Index fan_in;
  const T* weight;
  const T* bias;
  T* joined;

  MONDEQ_HOST_DEVICE void operator()(Index channel, Index begin, Index end) const {
    T* to = joined + channel * (fan_in + 1);
    for (Index i = begin; i < end; ++i)
      to[i] = i < fan_in ? weight[channel * fan_in + i] : bias[channel];
  }
};

// The adjoint of JoinBias: it adds `joined` to weight and bias.
template <class T>
struct SplitBias {
  Index fan_in;
  const T* joined;
  T* weight;
  T* bias;

  MONDEQ_HOST_DEVICE void operator()(Index channel, Index begin, Index end) const {
    const T* from = joined + channel * (fan_in + 1);
    for (Index i = begin; i < end; ++i)
      (i < fan_in ? weight[channel * fan_in + i] : bias[channel]) += from[i];
  }
};

// The adjoint of Gather, for patches without the row of ones: x at a pixel is the sum of its values
// in the patches that hold it. It runs over the rows and columns of x.
template <class T>
struct Scatter {
  Geometry g;
  const T* patches;
  T* x;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const Index channel = row % g.input.channels, pixel = row / g.input.channels;
    T* to = x + row * g.batch;
    for (Index l = begin; l < end; ++l) to[l] = T{0};
    for (Index t = 0; t < g.taps(); ++t) {
      const Index py = pixel / g.input.columns + g.origin + g.k / 2 - t / g.k;
      const Index px = pixel % g.input.columns + g.origin + g.k / 2 - t % g.k;
      if (py < 0 || py >= g.output.rows || px < 0 || px >= g.output.columns) continue;
      const Index p = py * g.output.columns + px;
      const T* from = patches + ((p * g.input.channels + channel) * g.taps() + t) * g.batch;
      for (Index l = begin; l < end; ++l) to[l] += from[l];
    }
  }
};

class PaddedConv final : public LinearMap {
 public:
  PaddedConv(const PaddedConvConfig& config, const Features& output, const Context& context)
      : device_(*context.device),
        dtype_(context.dtype),
        geometry_{context.input, output, config.kernel_size(), context.origin, 0} {
    const double bound = 1 / std::sqrt(static_cast<double>(geometry_.fan_in()));
    weight_ = context.parameters.Add(
        "weight",
        {output.channels, context.input.channels, config.kernel_size(), config.kernel_size()}, 0,
        bound);
    bias_ = context.parameters.Add("bias", {output.channels}, 0, bound);
  }

  Features input() const override { return geometry_.input; }
  Features output() const override { return geometry_.output; }

  // Each tap is a matrix on all pixels, and k^2 of them add up to at most k times the kernel's
  // norm.
  Rounding rounding() const override {
    const Features& output = geometry_.output;
    const double pixels = static_cast<double>(output.rows * output.columns),
                 taps = static_cast<double>(weight_->value.size() / weight_->value.shape()[0] /
                                            geometry_.input.channels),
                 norm = std::sqrt(taps) * Norm(device_, weight_->value),
                 terms = 2 + static_cast<double>(geometry_.fan_in() + 1);
    return {norm, terms * norm, terms * std::sqrt(pixels) * Norm(device_, bias_->value)};
  }

  void Apply(const Tensor& x, const Tensor& y) override {
    const Tensor& joined = Joined();
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      ForEachRow(device_, joined.rows(), joined.columns(),
                 JoinBias<T>{geometry_.fan_in(), weight_->value.data<T>(), bias_->value.data<T>(),
                             joined.data<T>()});
    });
    ForEveryStrip(x, y, [&](const Tensor& patches, const Tensor& pixels) {
      device_.BatchedMatMul(1, joined, Transpose::kNo, patches, Transpose::kNo, 0, pixels);
    });
  }

  void ApplyAdjoint(const Tensor& y, const Tensor& x) override {
    const Index channels = geometry_.output.channels, pixels = y.rows() / channels;
    const Tensor& patches =
        patches_.Get(device_, dtype_, {pixels, geometry_.fan_in(), y.columns()});
    device_.BatchedMatMul(1, weight_->value.View({channels, geometry_.fan_in()}), Transpose::kYes,
                          y.View({pixels, channels, y.columns()}), Transpose::kNo, 0, patches);
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      ForEachRow(device_, x.rows(), x.columns(),
                 Scatter<T>{WithBatch(x.columns()), patches.data<T>(), x.data<T>()});
    });
  }

  void AccumulateGradient(const Tensor& x, const Tensor& dy) override {
    const Tensor& joined = Joined();
    device_.Fill(0, joined);
    ForEveryStrip(x, dy, [&](const Tensor& patches, const Tensor& pixels) {
      device_.BatchedMatMul(1, pixels, Transpose::kNo, patches, Transpose::kYes, 1, joined);
    });
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      ForEachRow(device_, joined.rows(), joined.columns(),
                 SplitBias<T>{geometry_.fan_in(), joined.data<T>(), weight_->gradient.data<T>(),
                              bias_->gradient.data<T>()});
    });
  }

 private:
  Geometry WithBatch(Index batch) const {
    Geometry geometry = geometry_;
    geometry.batch = batch;
    return geometry;
  }

  const Tensor& Joined() {
    return joined_.Get(device_, dtype_, {geometry_.output.channels, geometry_.fan_in() + 1});
  }

  // Calls f(patches [pixels, fan_in + 1, batch], the same pixels of y [pixels, channels, batch])
  // for one strip of pixels after another.
  template <class F>
  void ForEveryStrip(const Tensor& x, const Tensor& y, const F& f) {
    const Index batch = y.columns(), channels = geometry_.output.channels;
    const Index patch = geometry_.fan_in() + 1, row = geometry_.output.columns;
    const Index rows =
        std::clamp<Index>(device_.strip() / (row * patch * batch), 1, geometry_.output.rows);
    for (Index first = 0; first < geometry_.output.rows; first += rows) {
      const Index pixels = std::min(rows, geometry_.output.rows - first) * row;
      const Tensor& patches = patches_.Get(device_, dtype_, {pixels, patch, batch});
      DispatchFloat(dtype_, [&](auto zero) {
        using T = decltype(zero);
        ForEachRow(device_, pixels, batch,
                   Gather<T>{WithBatch(batch), first * row, x.data<T>(), patches.data<T>()}, patch);
      });
      f(patches, y.View({pixels, channels, batch}, first * row * channels * batch));
    }
  }

  Device& device_;
  DType dtype_;
  Geometry geometry_;
  Parameter* weight_;
  Parameter* bias_;
  Scratch patches_, joined_;
};

absl::StatusOr<std::unique_ptr<LinearMap>> MakePaddedConv(const PaddedConvConfig& config,
                                                          const LinearMap::Context& context) {
  Features output = context.output.channels > 0 ? context.output : context.input;
  if (config.has_channels()) output.channels = config.channels();
  // The image's size is kept, so a place for a vector has no room for more than a pixel of it.
  const Features& image = context.input;
  if (output.rows < context.origin + image.rows ||
      output.columns < context.origin + image.columns) {
    return absl::InvalidArgumentError(
        absl::StrCat("gives an image of ", image.rows, "x", image.columns,
                     " pixels, for which there is no room "
                     "in the ",
                     output.ToString(),
                     " features that are needed here; { [mondeq.flatten] {} } and { "
                     "[mondeq.affine] {} } in its place give a vector, and an image enters an "
                     "operator of images, as [mondeq.conv] is"));
  }
  if (context.image.channels > 0 &&
      (image.rows != context.image.rows || image.columns != context.image.columns)) {
    return absl::InvalidArgumentError(
        absl::StrCat("gives an image of ", image.rows, "x", image.columns, " pixels, expected ",
                     context.image.rows, "x", context.image.columns,
                     ", those of the network's input: the operator's image is made for them"));
  }
  if (!context.input.is_image() && config.kernel_size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("convolves an image, found ", context.input.ToString(),
                     " features; write { [mondeq.affine] {} } in its place"));
  }
  return std::make_unique<PaddedConv>(config, output, context);
}

MONDEQ_REGISTER(LinearMap, padded_conv, MakePaddedConv);

}  // namespace
}  // namespace mondeq
