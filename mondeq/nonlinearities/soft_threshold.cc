#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/soft_threshold.pb.h"

namespace mondeq {
namespace {

// soft threshold: f(y) = lambda |y|, so prox^alpha thresholds at alpha lambda.
struct SoftThreshold {
  double lambda;

  template <class T>
  MONDEQ_HOST_DEVICE T Prox(T p, T alpha) const {
    const T threshold = alpha * static_cast<T>(lambda);
    // Written so that a NaN stays one.
    return p > threshold ? p - threshold : (p < -threshold ? p + threshold : p * T{0});
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Slope(T z) const {
    return z != T{0} ? T{1} : T{0};
  }
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeSoftThreshold(const SoftThresholdConfig& config,
                                                                const Nonlinearity::Context&) {
  return MakeNonlinearity(SoftThreshold{config.lambda()});
}

MONDEQ_REGISTER(Nonlinearity, soft_threshold, MakeSoftThreshold);

}  // namespace
}  // namespace mondeq
