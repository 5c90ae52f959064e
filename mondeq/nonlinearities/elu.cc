#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/elu.pb.h"
#include "mondeq/nonlinearities/sigma_prox.h"

namespace mondeq {
namespace {

struct Elu {
  template <class T>
  MONDEQ_HOST_DEVICE T Value(T s) const {
    return s < T{0} ? std::expm1(s) : s;
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Gap(T s) const {
    if (s >= T{0}) return 0;
    if (s < T{-0.5}) return s - std::expm1(s);
    // Taylor's series -s^2/2 (1 + s/3 (1 + s/4 (...))), in which little cancels.
    T sum = 1;
    for (int k = sizeof(T) == sizeof(float) ? 9 : 15; k > 2; --k) {
      sum = T{1} + s / static_cast<T>(k) * sum;
    }
    return -s * s / T{2} * sum;
  }
  template <class T>
  MONDEQ_HOST_DEVICE T GapSlope(T s) const {
    return s < T{0} ? -std::expm1(s) : T{0};
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Prox(T p, T alpha) const {
    // Where p >= 0 the prox is the identity for every alpha, and needs no iteration. SigmaProx
    // keeps a NaN.
    return p >= T{0} ? p : SigmaProx(*this, p, alpha);
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Slope(T z) const {
    return z > T{0} ? T{1} : T{1} + z;
  }
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeElu(const EluConfig&,
                                                      const Nonlinearity::Context&) {
  return MakeNonlinearity(Elu{});
}

MONDEQ_REGISTER(Nonlinearity, elu, MakeElu);

}  // namespace
}  // namespace mondeq
