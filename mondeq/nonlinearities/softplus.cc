#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/exponential.h"
#include "mondeq/nonlinearities/sigma_prox.h"
#include "mondeq/nonlinearities/sigma_start.h"
#include "mondeq/nonlinearities/softplus.pb.h"

namespace mondeq {
namespace {

struct Softplus : SmoothSigma<Softplus> {
  template <class T>
  MONDEQ_HOST_DEVICE SigmaAt<T> At(T s) const {
    const bool negative = s < T{0};
    const T e = ExpOfNegative(negative ? s : -s).value, log = Log1pOfFraction(e);
    const T large = T{1} / (T{1} + e), small = e * large;
    return {negative ? log : s + log, negative ? s - log : -log, negative ? small : large,
            negative ? large : small, small * large};
  }
  // The root is near p / alpha on the left and near p on the right.
  template <class T>
  MONDEQ_HOST_DEVICE FoldedLines<T> StartFor(T alpha) const {
    return {T{1} / alpha, T{0}, FoldHeight(alpha, 0.185, 1.0727, 0.185), alpha > T{1}};
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Slope(T z) const {
    return -ExpOfNegative(-z).minus_one;
  }
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeSoftplus(const SoftplusConfig&,
                                                           const Nonlinearity::Context&) {
  return MakeNonlinearity(Softplus{});
}

MONDEQ_REGISTER(Nonlinearity, softplus, MakeSoftplus);

}  // namespace
}  // namespace mondeq
