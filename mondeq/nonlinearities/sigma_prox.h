// prox^alpha_f from sigma = prox^1_f and its derivatives, for smooth scalar sigma.
//
// y = prox^alpha(p)  <=>  (1 - alpha) y + alpha sigma^-1(y) = p. With y = sigma(s) this is one
// equation in s,
//   h(s) = sigma(s) + alpha gap(s) = p,   gap(s) = s - sigma(s),
// which needs no inverse of sigma and has no singular ends: 0 <= sigma' <= 1 gives min(1, alpha) <=
// h' <= max(1, alpha), so the root lies in a bracket known in closed form. Halley's method, of
// third order, finds it from a start near by; a step that would leave the bracket halves it
// instead. A large alpha multiplies the rounding of s - sigma(s), which is why that is a number of
// its own.
//
// Many p are solved for at once, all with as many steps as the last of them needs, so that the
// compiler can make vectors of them.
#ifndef MONDEQ_NONLINEARITIES_SIGMA_PROX_H_
#define MONDEQ_NONLINEARITIES_SIGMA_PROX_H_

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "mondeq/device/launch.h"
#include "mondeq/nonlinearities/lanes.h"

namespace mondeq {

// A smooth sigma at s.
template <class T>
struct SigmaAt {
  T value;      // sigma(s)
  T gap;        // s - sigma(s), to a few units in the last place of itself where sigma' is near 1
  T slope;      // sigma'(s)
  T gap_slope;  // 1 - sigma'(s), likewise
  T curvature;  // sigma''(s), to a few digits
};

// Where to start from, by p and the bracket.
template <class T>
struct MiddleOfBracket {
  MONDEQ_HOST_DEVICE T operator()(T, T low, T high) const { return low + (high - low) / T{2}; }
};

// The base of a smooth sigma, which has
//   template <class T> SigmaAt<T> At(T s) const;
// for T = float and double, without calls and branches if loops over it are to become vectors, and
// may have a better start than this one (sigma_start.h). sigma'' and sigma''' have to be within a
// few times sigma', so that where a step is small enough the next one would change nothing.
template <class Sigma>
struct SmoothSigma {
  template <class T>
  MONDEQ_HOST_DEVICE MiddleOfBracket<T> StartFor(T /*alpha*/) const {
    return {};
  }

  template <class T>
  MONDEQ_HOST_DEVICE T Prox(T p, T alpha) const {
    T z;
    Prox(&p, alpha, std::integral_constant<Index, 1>(), &z);
    return z;
  }
  // z = prox^alpha(p) of `count` lanes, at most kMostLanes. p and z do not overlap.
  template <class T, class Count>
  MONDEQ_HOST_DEVICE void Prox(const T* __restrict p, T alpha, Count count, T* __restrict z) const {
    const Sigma& sigma = static_cast<const Sigma&>(*this);
    if (alpha == T{1}) {
      for (Index l = 0; l < count; ++l) z[l] = sigma.At(p[l]).value;
      return;
    }
    T s[LanesOf<Count>()], low[LanesOf<Count>()], high[LanesOf<Count>()];
    Start(p, alpha, count, s, low, high);
    // Halving alone would need the digits of T and its exponent range.
    constexpr int kMaxSteps = 200;
    for (int i = 0; i < kMaxSteps; ++i) {
      if (!Step(p, alpha, count, s, low, high, z)) break;
    }
  }

 private:
  template <class T>
  MONDEQ_HOST_DEVICE static T Smaller(T a, T b) {
    return a < b ? a : b;
  }
  template <class T>
  MONDEQ_HOST_DEVICE static T Larger(T a, T b) {
    return a < b ? b : a;
  }

  template <class T, class Count>
  MONDEQ_HOST_DEVICE void Start(const T* __restrict p, T alpha, Count count, T* __restrict s,
                                T* __restrict low, T* __restrict high) const {
    const Sigma& sigma = static_cast<const Sigma&>(*this);
    const T at_zero = (T{1} - alpha) * sigma.At(T{0}).value, inverse = T{1} / alpha;
    const auto start = sigma.StartFor(alpha);
    for (Index l = 0; l < count; ++l) {
      const T rise = p[l] - at_zero;
      const T least = Smaller(rise, rise * inverse), most = Larger(rise, rise * inverse);
      low[l] = least;
      high[l] = most;
      s[l] = Smaller(Larger(start(p[l], least, most), least), most);
    }
  }

  // Makes a step in s and leaves prox^alpha(p) in z; whether another one is needed.
  template <class T, class Count>
  MONDEQ_HOST_DEVICE bool Step(const T* __restrict p, T alpha, Count count, T* __restrict s,
                               T* __restrict low, T* __restrict high, T* __restrict z) const {
    const Sigma& sigma = static_cast<const Sigma&>(*this);
    using Flag = std::conditional_t<std::is_same_v<T, float>, std::int32_t, std::int64_t>;
    // A step this long leaves its cube, less than an eighth of the rounding.
    constexpr T kNear = static_cast<T>(std::is_same_v<T, float> ? 0x1p-9 : 0x1p-18);
    // Where sigma(0) = 0 its relative accuracy is kept.
    const T least_scale = sigma.At(T{0}).value == T{0} ? T{0} : T{1};
    Flag far = 0;
    for (Index l = 0; l < count; ++l) {
      const T here = s[l], lowest = low[l], highest = high[l];
      const SigmaAt<T> at = sigma.At(here);
      const T error = at.value + alpha * at.gap - p[l];
      const T slope = at.slope + alpha * at.gap_slope;
      const T bend = (T{1} - alpha) * at.curvature / T{2};
      const T move = -error * slope / (slope * slope - bend * error);
      // Both are y; rounding of s is multiplied by sigma' in one and by alpha gap' in the other.
      const T turn = at.curvature / T{2} * move;
      const T value = at.value + move * (at.slope + turn);
      const T rest = p[l] - alpha * (at.gap + move * (at.gap_slope - turn));
      z[l] = at.slope <= alpha * at.gap_slope ? value : rest;
      const T scale = Smaller(Larger(std::abs(here), least_scale), T{1});
      far |= std::abs(move) > kNear * scale ? 1 : 0;
      const T from = error < T{0} ? here : lowest, to = error > T{0} ? here : highest;
      const T next = here + move, middle = from + (to - from) / T{2};
      s[l] = ((next >= from) & (next <= to)) ? next : middle;
      low[l] = from;
      high[l] = to;
    }
    return far != 0;
  }
};

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_SIGMA_PROX_H_
