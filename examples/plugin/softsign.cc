// softsign: sigma(s) = s / (1 + |s|). It rises with slope 1 / (1 + |s|)^2 in (0, 1], so it is the
// prox of a convex f, and what SmoothSigma makes of it is prox^alpha_f.
#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/sigma_prox.h"
#include "softsign.pb.h"

namespace example {
namespace {

struct Softsign : mondeq::SmoothSigma<Softsign> {
  template <class T>
  MONDEQ_HOST_DEVICE mondeq::SigmaAt<T> At(T s) const {
    const T size = std::abs(s), scale = T{1} / (T{1} + size);
    mondeq::SigmaAt<T> at;
    at.value = s * scale;
    at.gap = s * (size * scale);
    at.slope = scale * scale;
    at.gap_slope = (size * scale) * ((T{2} + size) * scale);
    at.curvature = std::copysign(T{2}, -s) * at.slope * scale;
    return at;
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
