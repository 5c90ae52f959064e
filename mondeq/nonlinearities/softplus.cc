#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/sigma_prox.h"
#include "mondeq/nonlinearities/softplus.pb.h"

namespace mondeq {
namespace {

struct Softplus {
  template <class T>
  MONDEQ_HOST_DEVICE T Value(T s) const {
    return s > T{0} ? s + std::log1p(std::exp(-s)) : std::log1p(std::exp(s));
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Gap(T s) const {
    return s > T{0} ? -std::log1p(std::exp(-s)) : s - std::log1p(std::exp(s));
  }
  template <class T>
  MONDEQ_HOST_DEVICE T GapSlope(T s) const {
    const T e = std::exp(s < T{0} ? s : -s);
    return s < T{0} ? T{1} / (T{1} + e) : e / (T{1} + e);
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Prox(T p, T alpha) const {
    return SigmaProx(*this, p, alpha);
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Slope(T z) const {
    return -std::expm1(-z);
  }
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeSoftplus(const SoftplusConfig&,
                                                           const Nonlinearity::Context&) {
  return MakeNonlinearity(Softplus{});
}

MONDEQ_REGISTER(Nonlinearity, softplus, MakeSoftplus);

}  // namespace
}  // namespace mondeq
