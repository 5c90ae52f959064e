#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/exponential.h"
#include "mondeq/nonlinearities/sigma_prox.h"
#include "mondeq/nonlinearities/sigma_start.h"
#include "mondeq/nonlinearities/tanh.pb.h"

namespace mondeq {
namespace {

struct Tanh : SmoothSigma<Tanh> {
  template <class T>
  MONDEQ_HOST_DEVICE SigmaAt<T> At(T s) const {
    const T size = std::abs(s);
    const Exponential<T> e = ExpOfNegative(-size);
    // cosh, by its reciprocal, and tanh from e^-|s| and e^-|s| - 1, so that nothing cancels.
    const T scale = T{1} / (T{1} + e.value * e.value);
    const T sech = T{2} * e.value * scale;
    const T tanh = -e.minus_one * (T{2} + e.minus_one) * scale;
    // s - tanh(s) = (s cosh(s) - sinh(s)) / cosh(s), of which the series has positive terms only.
    const T square = s * s;
    const T small = size * square * SeriesOfGap(square) * sech;
    const T gap = size < T{1} ? small : size - tanh;
    const T value = std::copysign(tanh, s), slope = sech * sech;
    return {value, std::copysign(gap, s), slope, tanh * tanh, T{-2} * value * slope};
  }
  template <class T>
  MONDEQ_HOST_DEVICE TanhStart<T> StartFor(T alpha) const {
    return TanhStart<T>(alpha);
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Slope(T z) const {
    return (T{1} - z) * (T{1} + z);
  }

 private:
  // (s cosh(s) - sinh(s)) / s^3 for s^2 <= 1, with terms 2 k / (2 k + 1)! s^(2 k - 2).
  template <class T>
  MONDEQ_HOST_DEVICE static T SeriesOfGap(T square) {
    if constexpr (std::is_same_v<T, float>) {
      return Polynomial(square, 1. / 3, 1. / 30, 1. / 840, 1. / 45360, 1. / 3991680);
    } else {
      return Polynomial(square, 1. / 3, 1. / 30, 1. / 840, 1. / 45360, 1. / 3991680, 1. / 518918400,
                        1. / 93405312000., 1. / 22230464256000., 1. / 6758061133824000.);
    }
  }
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeTanh(const TanhConfig&,
                                                       const Nonlinearity::Context&) {
  return MakeNonlinearity(Tanh{});
}

MONDEQ_REGISTER(Nonlinearity, tanh, MakeTanh);

}  // namespace
}  // namespace mondeq
