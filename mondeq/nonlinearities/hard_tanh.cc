#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/hard_tanh.pb.h"

namespace mondeq {
namespace {

// hard tanh: f = indicator of [minimum, maximum], so prox^alpha is the clip for every alpha.
struct HardTanh {
  double minimum, maximum;

  template <class T>
  MONDEQ_HOST_DEVICE T Prox(T p, T) const {
    const T a = static_cast<T>(minimum), b = static_cast<T>(maximum);
    return p < a ? a : (p > b ? b : p);
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Slope(T z) const {
    return z > static_cast<T>(minimum) && z < static_cast<T>(maximum) ? T{1} : T{0};
  }
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeHardTanh(const HardTanhConfig& config,
                                                           const Nonlinearity::Context&) {
  // In float32 too.
  if (static_cast<float>(config.minimum()) >= static_cast<float>(config.maximum())) {
    return absl::InvalidArgumentError(absl::StrCat("minimum must be below maximum, found minimum ",
                                                   config.minimum(), " and maximum ",
                                                   config.maximum()));
  }
  return MakeNonlinearity(HardTanh{config.minimum(), config.maximum()});
}

MONDEQ_REGISTER(Nonlinearity, hard_tanh, MakeHardTanh);

}  // namespace
}  // namespace mondeq
