// prox^alpha_f from sigma = prox^1_f and its derivative, for smooth scalar sigma.
//
// y = prox^alpha(p)  <=>  (1 - alpha) y + alpha sigma^-1(y) = p. With y = sigma(s) this is one
// equation in s,
//   h(s) = (1 - alpha) sigma(s) + alpha s = p,
// which needs no inverse of sigma and has no singular ends: 0 <= sigma' <= 1 gives min(1, alpha) <=
// h' <= max(1, alpha), so Newton's method starts from a bracket known in closed form and cannot
// leave it. A large alpha multiplies the rounding of s - sigma(s), which is why that is a function
// of its own: h(s) = sigma(s) + alpha gap(s).
#ifndef MONDEQ_NONLINEARITIES_SIGMA_PROX_H_
#define MONDEQ_NONLINEARITIES_SIGMA_PROX_H_

#include <cmath>
#include <limits>

#include "mondeq/device/for_each.h"

namespace mondeq {

// Sigma has three member templates, for T = float and double,
//   template <class T> T Value(T s) const;     sigma(s)
//   template <class T> T Gap(T s) const;       s - sigma(s), to a few units in the last place of
//                                              itself where sigma' is near 1
//   template <class T> T GapSlope(T s) const;  1 - sigma'(s), likewise
template <class Sigma, class T>
MONDEQ_HOST_DEVICE T SigmaProx(const Sigma& sigma, T p, T alpha) {
  if (alpha == T{1}) return sigma.Value(p);
  const T at_zero = (T{1} - alpha) * sigma.Value(T{0});
  const T rise = p - at_zero;
  T low = rise / (alpha > T{1} ? alpha : T{1}), high = rise / (alpha < T{1} ? alpha : T{1});
  if (low > high) {
    const T swap = low;
    low = high;
    high = swap;
  }
  T s = low + (high - low) / T{2};
  // Newton needs a handful of steps; halving alone would need the digits of T and its exponent
  // range.
  constexpr int kMaxSteps = 200;
  T gap_slope = 0;
  for (int i = 0; i < kMaxSteps; ++i) {
    gap_slope = sigma.GapSlope(s);
    const T error = sigma.Value(s) + alpha * sigma.Gap(s) - p;
    if (error == T{0}) break;
    (error > T{0} ? high : low) = s;
    T next = s - error / ((T{1} - gap_slope) + alpha * gap_slope);
    if (!(next > low && next < high)) next = low + (high - low) / T{2};
    const T moved = next > s ? next - s : s - next;
    s = next;
    const T magnitude = s > T{0} ? s : -s;
    if (moved <= std::numeric_limits<T>::epsilon() * magnitude) break;
  }
  // Both are y; the rounding of s is multiplied by 1 - gap' in one and by alpha gap' in the other.
  return T{1} - gap_slope <= alpha * gap_slope ? sigma.Value(s) : p - alpha * sigma.Gap(s);
}

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_SIGMA_PROX_H_
