#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/leaky_relu.pb.h"

namespace mondeq {
namespace {

// leaky relu: f(y) = (1 / slope - 1) y^2 / 2 for y < 0, and 0 for y >= 0.
struct LeakyRelu {
  double slope;

  template <class T>
  MONDEQ_HOST_DEVICE T Prox(T p, T alpha) const {
    const T divisor = T{1} + alpha * static_cast<T>(1 / slope - 1);
    return p < T{0} ? p / divisor : p;
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Slope(T z) const {
    return z > T{0} ? T{1} : static_cast<T>(slope);
  }
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeLeakyRelu(const LeakyReluConfig& config,
                                                            const Nonlinearity::Context&) {
  return MakeNonlinearity(LeakyRelu{config.slope()});
}

MONDEQ_REGISTER(Nonlinearity, leaky_relu, MakeLeakyRelu);

}  // namespace
}  // namespace mondeq
