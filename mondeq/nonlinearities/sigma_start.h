// Where to start looking for the root of h (sigma_prox.h), for sigmas that are nearly straight but
// for one bend: within what three evaluations in float32, and four in float64, need for alpha from
// 0.01 to 10; eight are enough from 1e-6 to 1e6.
#ifndef MONDEQ_NONLINEARITIES_SIGMA_START_H_
#define MONDEQ_NONLINEARITIES_SIGMA_START_H_

#include <cmath>

#include "mondeq/device/launch.h"

namespace mondeq {

// Two lines that the root approaches far from the bend, p and p / alpha + offset, folded into one
// curve. That is the upper one of them everywhere, or the lower one, rounded off where they meet.
template <class T>
struct FoldedLines {
  T inverse, offset;  // 1 / alpha
  T height;           // by how much the root leaves the lines where they meet
  bool upper;

  // With a share of the height.
  MONDEQ_HOST_DEVICE T At(T p, T share) const {
    const T other = p * inverse + offset, apart = std::abs(p - other);
    const T low = p < other ? p : other, high = p < other ? other : p, left = height * share;
    // A hyperbola without its root.
    const T rounding = left * left / (left + apart);
    return upper ? high + rounding : low - rounding;
  }
  MONDEQ_HOST_DEVICE T operator()(T p, T, T) const { return At(p, T{1}); }
};

// The height as a function of alpha, fitted.
template <class T>
MONDEQ_HOST_DEVICE T FoldHeight(T alpha, double linear, double root, double constant) {
  const T height =
      (T{1} - alpha) / (static_cast<T>(linear) * alpha + static_cast<T>(root) * std::sqrt(alpha) +
                        static_cast<T>(constant));
  return height < T{0} ? -height : height;
}

// For an increasing sigma with slope 1 at 0 that comes to rest at 1. Nothing is left of the fold at
// 0, where the relative accuracy of the root counts.
template <class T>
struct FoldToOne {
  MONDEQ_HOST_DEVICE FoldToOne(T alpha, double linear, double root, double constant)
      : lines{T{1} / alpha, T{1} - T{1} / alpha, FoldHeight(alpha, linear, root, constant),
              alpha < T{1}} {}

  // For p >= 0.
  MONDEQ_HOST_DEVICE T operator()(T p) const { return lines.At(p, p < T{1} ? p : T{1}); }

  FoldedLines<T> lines;
};

// For tanh.
template <class T>
struct TanhStart {
  MONDEQ_HOST_DEVICE explicit TanhStart(T alpha) : fold(alpha, 1, 2.93, 0.378) {}

  MONDEQ_HOST_DEVICE T operator()(T p, T, T) const { return std::copysign(fold(std::abs(p)), p); }

  FoldToOne<T> fold;
};

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_SIGMA_START_H_
