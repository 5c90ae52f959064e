// Average pooling: y[oy, ox] = the mean of x over the window x window pixels of which [oy stride,
// ox stride] is the first. Windows start at the origin; rows and columns at the far sides that fill
// no window are dropped.
#include <algorithm>

#include "mondeq/core/registry.h"
#include "mondeq/device/for_each.h"
#include "mondeq/operators/average_pool.pb.h"
#include "mondeq/operators/linear_map.h"

namespace mondeq {
namespace {

struct Windows {
  // `image` is what lies in memory: the input, or a larger image whose top left part the input is.
  Features image, output;
  Index window, stride, batch;
};

// Makes y, over whose rows and columns it runs.
template <class T>
struct Pool {
  Windows w;
  const T* x;
  T* y;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const Index channel = row % w.output.channels, pixel = row / w.output.channels;
    const Index top = pixel / w.output.columns * w.stride,
                left = pixel % w.output.columns * w.stride;
    const T scale = T{1} / static_cast<T>(w.window * w.window);
    T* to = y + row * w.batch;
    for (Index l = begin; l < end; ++l) to[l] = T{0};
    // The sum over all pixels of a large window would lose what is small beside it: each row of the
    // window is summed by itself.
    constexpr Index kLanes = 32;
    for (Index first = begin; first < end; first += kLanes) {
      const Index lanes = end - first < kLanes ? end - first : kLanes;
      for (Index i = 0; i < w.window; ++i) {
        T sums[kLanes] = {};
        for (Index k = 0; k < w.window; ++k) {
          const Index source = (top + i) * w.image.columns + left + k;
          const T* from = x + (source * w.image.channels + channel) * w.batch + first;
          for (Index l = 0; l < lanes; ++l) sums[l] += from[l];
        }
        for (Index l = 0; l < lanes; ++l) to[first + l] += scale * sums[l];
      }
    }
  }
};

// The adjoint: x at a pixel is the sum of y / window^2 over the windows that hold the pixel. It
// runs over the rows and columns of x.
template <class T>
struct Unpool {
  Windows w;
  const T* y;
  T* x;

  // The first window that holds coordinate `at`.
  MONDEQ_HOST_DEVICE static Index First(Index at, Index window, Index stride) {
    return at < window ? 0 : (at - window) / stride + 1;
  }
  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const Index channel = row % w.image.channels, pixel = row / w.image.channels;
    const Index py = pixel / w.image.columns, px = pixel % w.image.columns;
    const T scale = T{1} / static_cast<T>(w.window * w.window);
    T* to = x + row * w.batch;
    for (Index l = begin; l < end; ++l) to[l] = T{0};
    for (Index oy = First(py, w.window, w.stride); oy < w.output.rows && oy * w.stride <= py;
         ++oy) {
      for (Index ox = First(px, w.window, w.stride); ox < w.output.columns && ox * w.stride <= px;
           ++ox) {
        const T* from = y + ((oy * w.output.columns + ox) * w.output.channels + channel) * w.batch;
        for (Index l = begin; l < end; ++l) to[l] += scale * from[l];
      }
    }
  }
};

class AveragePool final : public LinearMap {
 public:
  AveragePool(const Features& output, Index window, Index stride, const Context& context)
      : device_(*context.device),
        input_(context.input),
        windows_{input_, output, window, stride, 0} {}

  // A mean has a norm of 1 / window, and a pixel is in as many as (window / stride)^2 of them.
  Rounding rounding() const override {
    const Index overlap = CeilDiv(windows_.window, windows_.stride);
    const double norm = static_cast<double>(overlap) / static_cast<double>(windows_.window);
    return {norm, (2 * static_cast<double>(windows_.window) + 2) * norm, 0};
  }
  Features input() const override { return input_; }
  Features output() const override { return windows_.output; }
  bool ReadPartOf(const Features& image) override {
    windows_.image = image;
    return true;
  }
  void Apply(const Tensor& x, const Tensor& y) override { Run<Pool>(x, y); }
  void ApplyAdjoint(const Tensor& y, const Tensor& x) override { Run<Unpool>(y, x); }
  void AccumulateGradient(const Tensor&, const Tensor&) override {}

 private:
  template <template <class> class F>
  void Run(const Tensor& from, const Tensor& to) {
    windows_.batch = from.columns();
    DispatchFloat(from.dtype(), [&](auto zero) {
      using T = decltype(zero);
      ForEachRow(device_, to.rows(), to.columns(), F<T>{windows_, from.data<T>(), to.data<T>()});
    });
  }

  Device& device_;
  Features input_;
  Windows windows_;
};

absl::StatusOr<std::unique_ptr<LinearMap>> MakeAveragePool(const AveragePoolConfig& config,
                                                           const LinearMap::Context& context) {
  const Index window = config.window(), stride = config.has_stride() ? config.stride() : window;
  const Features& input = context.input;
  if (!input.is_image() && window > 1) {
    return absl::InvalidArgumentError(absl::StrCat("pools the pixels of an image, found ",
                                                   input.ToString(), " features; leave it out"));
  }
  if (window > std::min(input.rows, input.columns)) {
    return absl::InvalidArgumentError(
        absl::StrCat("window: must be <= ", std::min(input.rows, input.columns),
                     ", the shorter side of the image ", input.ToString(), ", found ", window));
  }
  const Features output{(input.rows - window) / stride + 1, (input.columns - window) / stride + 1,
                        input.channels};
  return std::make_unique<AveragePool>(output, window, stride, context);
}

MONDEQ_REGISTER(LinearMap, average_pool, MakeAveragePool);

}  // namespace
}  // namespace mondeq
