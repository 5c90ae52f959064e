#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/sigma_prox.h"
#include "mondeq/nonlinearities/sigmoid.pb.h"

namespace mondeq {
namespace {

struct Sigmoid {
  template <class T>
  MONDEQ_HOST_DEVICE T Value(T s) const {
    // exp is taken of a negative number only, so that nothing overflows.
    const T e = std::exp(s < T{0} ? s : -s);
    return s < T{0} ? e / (T{1} + e) : T{1} / (T{1} + e);
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Gap(T s) const {
    return s - Value(s);
  }
  template <class T>
  MONDEQ_HOST_DEVICE T GapSlope(T s) const {
    // sigma' is at most 1/4.
    return T{1} - Slope(Value(s));
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Prox(T p, T alpha) const {
    return SigmaProx(*this, p, alpha);
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
