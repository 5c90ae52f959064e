#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/sigma_prox.h"
#include "mondeq/nonlinearities/tanh.pb.h"

namespace mondeq {
namespace {

struct Tanh {
  template <class T>
  MONDEQ_HOST_DEVICE T Value(T s) const {
    return std::tanh(s);
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Gap(T s) const {
    if (s * s > T{0.25}) return s - std::tanh(s);
    // tanh(s) = s / (1 + q) with Lambert's continued fraction q, all of whose terms are positive,
    // so that nothing cancels.
    const T square = s * s;
    T q = 0;
    for (int odd = sizeof(T) == sizeof(float) ? 9 : 15; odd > 1; odd -= 2) {
      q = square / (static_cast<T>(odd) + q);
    }
    return s * (q / (T{1} + q));
  }
  template <class T>
  MONDEQ_HOST_DEVICE T GapSlope(T s) const {
    const T z = std::tanh(s);
    return z * z;
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Prox(T p, T alpha) const {
    return SigmaProx(*this, p, alpha);
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Slope(T z) const {
    return (T{1} - z) * (T{1} + z);
  }
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeTanh(const TanhConfig&,
                                                       const Nonlinearity::Context&) {
  return MakeNonlinearity(Tanh{});
}

MONDEQ_REGISTER(Nonlinearity, tanh, MakeTanh);

}  // namespace
}  // namespace mondeq
