// exp, expm1 and log1p without calls, branches or tables, so that the compiler makes vectors of
// loops over them; right to a few units in the last place, on every device.
#ifndef MONDEQ_NONLINEARITIES_EXPONENTIAL_H_
#define MONDEQ_NONLINEARITIES_EXPONENTIAL_H_

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "mondeq/device/launch.h"

namespace mondeq {

// first + x (second + x (third + ...)), with coefficients in double.
template <class T>
MONDEQ_HOST_DEVICE T Polynomial(T, double last) {
  return static_cast<T>(last);
}
template <class T, class... Rest>
MONDEQ_HOST_DEVICE T Polynomial(T x, double first, Rest... rest) {
  return static_cast<T>(first) + x * Polynomial(x, rest...);
}

// How numbers of the type are taken apart for exp.
template <class T>
struct ExponentOf;
template <>
struct ExponentOf<float> {
  using Bits = std::uint32_t;
  static constexpr int kMantissa = 23;
  static constexpr Bits kOne = 0x3F800000;
  // Added to a number below 2^22 this leaves its nearest integer in the last bits.
  static constexpr float kShift = 12582912.0f;
  // ln 2 in two parts: multiples of the first by exponents are exact.
  static constexpr float kLn2 = 0.693359375f, kLn2Rest = -2.12194440e-4f;
  // The exponent of e to this is the one of 0.
  static constexpr float kLeast = -88;
};
template <>
struct ExponentOf<double> {
  using Bits = std::uint64_t;
  static constexpr int kMantissa = 52;
  static constexpr Bits kOne = 0x3FF0000000000000;
  static constexpr double kShift = 6755399441055744.0;
  static constexpr double kLn2 = 6.93147180369123816490e-01, kLn2Rest = 1.90821492927058770002e-10;
  static constexpr double kLeast = -709;
};

// e^x and e^x - 1.
template <class T>
struct Exponential {
  T value, minus_one;
};

// For x <= 0. Where e^x would be no normal number it may be 0.
template <class T>
MONDEQ_HOST_DEVICE Exponential<T> ExpOfNegative(T x) {
  using Of = ExponentOf<T>;
  using Bits = typename Of::Bits;
  // A NaN stays one. The bound is not told as a constant, for which compilers would make a case of
  // its own, and slow vectors of both.
  const T least = Of::kLeast + T{0} * x;
  x = x < least ? least : x;
  // x = k ln 2 + r, |r| <= ln 2 / 2
  const T shifted = x * static_cast<T>(1.4426950408889634) + Of::kShift;
  const T k = shifted - Of::kShift;
  const T r = (x - k * Of::kLn2) - k * Of::kLn2Rest;
  Bits bits;
  std::memcpy(&bits, &shifted, sizeof(bits));
  bits = (bits << Of::kMantissa) + Of::kOne;
  T power;
  std::memcpy(&power, &bits, sizeof(power));
  // Taylor's series of (e^r - 1 - r) / r^2. What is left out is below 2e-8 r, and 2e-17 r.
  T series;
  if constexpr (std::is_same_v<T, float>) {
    series = Polynomial(r, 1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040);
  } else {
    series = Polynomial(r, 1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040, 1. / 40320,
                        1. / 362880, 1. / 3628800, 1. / 39916800, 1. / 479001600, 1. / 6227020800.);
  }
  const T minus_one = r + r * r * series;
  return {power + power * minus_one, power * minus_one + (power - T{1})};
}

// log(1 + e) for 0 <= e <= 1, as 2 artanh(w) with w = e / (2 + e).
template <class T>
MONDEQ_HOST_DEVICE T Log1pOfFraction(T e) {
  const T w = e / (T{2} + e), u = w * w;
  // u <= 1/9: what is left out is below 2e-8 and 1e-17 of the whole.
  T series;
  if constexpr (std::is_same_v<T, float>) {
    series = Polynomial(u, 1. / 3, 1. / 5, 1. / 7, 1. / 9, 1. / 11, 1. / 13);
  } else {
    series = Polynomial(u, 1. / 3, 1. / 5, 1. / 7, 1. / 9, 1. / 11, 1. / 13, 1. / 15, 1. / 17,
                        1. / 19, 1. / 21, 1. / 23, 1. / 25, 1. / 27, 1. / 29, 1. / 31, 1. / 33);
  }
  return T{2} * w + T{2} * w * (u * series);
}

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_EXPONENTIAL_H_
