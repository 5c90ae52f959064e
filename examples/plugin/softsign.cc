// softsign: sigma(s) = s / (1 + |s|). It rises with slope 1 / (1 + |s|)^2 in (0, 1], so it is the
// prox of a convex f, and what SigmaProx makes of it is prox^alpha_f.
#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/sigma_prox.h"
#include "softsign.pb.h"

namespace example {
namespace {

struct Softsign {
  template <class T>
  MONDEQ_HOST_DEVICE T Value(T s) const {
    return s / (T{1} + std::abs(s));
  }
  // s - sigma(s)
  template <class T>
  MONDEQ_HOST_DEVICE T Gap(T s) const {
    return s * (std::abs(s) / (T{1} + std::abs(s)));
  }
  // 1 - sigma'(s)
  template <class T>
  MONDEQ_HOST_DEVICE T GapSlope(T s) const {
    const T scale = T{1} / (T{1} + std::abs(s));
    return (std::abs(s) * scale) * ((T{2} + std::abs(s)) * scale);
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Prox(T p, T alpha) const {
    return mondeq::SigmaProx(*this, p, alpha);
  }
  // z = sigma(s) gives 1 / (1 + |s|) = 1 - |z|.
  template <class T>
  MONDEQ_HOST_DEVICE T Slope(T z) const {
    const T scale = T{1} - std::abs(z);
    return scale * scale;
  }
};

absl::StatusOr<std::unique_ptr<mondeq::Nonlinearity>> MakeSoftsign(
    const SoftsignConfig&, const mondeq::Nonlinearity::Context&) {
  return mondeq::MakeNonlinearity(Softsign{});
}

MONDEQ_REGISTER(mondeq::Nonlinearity, softsign, MakeSoftsign);

}  // namespace
}  // namespace example
