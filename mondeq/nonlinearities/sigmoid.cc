#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/exponential.h"
#include "mondeq/nonlinearities/sigma_prox.h"
#include "mondeq/nonlinearities/sigma_start.h"
#include "mondeq/nonlinearities/sigmoid.pb.h"

namespace mondeq {
namespace {

struct Sigmoid : SmoothSigma<Sigmoid> {
  template <class T>
  MONDEQ_HOST_DEVICE SigmaAt<T> At(T s) const {
    const bool negative = s < T{0};
    const T e = ExpOfNegative(negative ? s : -s).value;
    const T large = T{1} / (T{1} + e), small = e * large;
    const T value = negative ? small : large, slope = small * large;
    // sigma' is at most 1/4.
    return {value, s - value, slope, T{1} - slope, slope * (T{1} - T{2} * value)};
  }
  // sigma(s) = (1 + tanh(s / 2)) / 2 makes of h, but for a shift and a factor, the one of tanh at
  // another alpha.
  template <class T>
  struct Start {
    MONDEQ_HOST_DEVICE explicit Start(T alpha)
        : shift((T{1} - alpha) / T{2}),
          scale(T{2} / (T{1} + T{3} * alpha)),
          start(T{2} * alpha * scale) {}
    MONDEQ_HOST_DEVICE T operator()(T p, T low, T high) const {
      return T{2} * start((p - shift) * scale, low, high);
    }

    T shift, scale;
    TanhStart<T> start;
  };
  template <class T>
  MONDEQ_HOST_DEVICE Start<T> StartFor(T alpha) const {
    return Start<T>(alpha);
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Slope(T z) const {
    return z * (T{1} - z);
  }
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeSigmoid(const SigmoidConfig&,
                                                          const Nonlinearity::Context&) {
  return MakeNonlinearity(Sigmoid{});
}

MONDEQ_REGISTER(Nonlinearity, sigmoid, MakeSigmoid);

}  // namespace
}  // namespace mondeq
