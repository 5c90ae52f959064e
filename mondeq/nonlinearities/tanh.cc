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
  MONDEQ_HOST_DEVICE T Derivative(T s) const {
    return Slope(std::tanh(s));
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
