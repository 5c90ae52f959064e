// softsign: sigma(u) = u / (1 + |u|). It rises with slope 1 / (1 + |u|)^2 in (0, 1], so it is the
// prox of a convex f, and what SigmaProx makes of it is prox^alpha_f.
#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/nonlinearities/sigma_prox.h"
#include "softsign.pb.h"

namespace example {
namespace {

struct Softsign {
  template <class T>
  MONDEQ_HOST_DEVICE T Value(T u) const {
    return u / (T{1} + std::abs(u));
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Derivative(T u) const {
    const T scale = T{1} / (T{1} + std::abs(u));
    return scale * scale;
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Prox(T u, T alpha) const {
    return mondeq::SigmaProx(*this, u, alpha);
  }
  // z = sigma(u) gives 1 / (1 + |u|) = 1 - |z|.
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
