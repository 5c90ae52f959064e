#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/relu.pb.h"

namespace mondeq {
namespace {

// relu: f = indicator of [0, inf), so prox^alpha is relu for every alpha.
struct Relu {
  template <class T>
  MONDEQ_HOST_DEVICE T Prox(T p, T) const {
    // Written so that a NaN stays one.
    return p < T{0} ? T{0} : p;
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Slope(T z) const {
    return z > T{0} ? T{1} : T{0};
  }
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeRelu(const ReluConfig&,
                                                       const Nonlinearity::Context&) {
  return MakeNonlinearity(Relu{});
}

MONDEQ_REGISTER(Nonlinearity, relu, MakeRelu);

}  // namespace
}  // namespace mondeq
