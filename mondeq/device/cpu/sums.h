// Sums in an order that neither threads nor the width of vectors change.
#ifndef MONDEQ_DEVICE_CPU_SUMS_H_
#define MONDEQ_DEVICE_CPU_SUMS_H_

#include "mondeq/core/features.h"

namespace mondeq {

// The sum of term(i) for i = 0 .. n - 1.
template <class T, class Term>
T Sum(Index n, const Term& term) {
  constexpr Index kSums = 32;
  T sums[kSums] = {};
  Index i = 0;
  for (; i + kSums <= n; i += kSums) {
    for (Index s = 0; s < kSums; ++s) sums[s] += term(i + s);
  }
  for (Index s = 0; i + s < n; ++s) sums[s] += term(i + s);
  for (Index half = kSums / 2; half > 0; half /= 2) {
    for (Index s = 0; s < half; ++s) sums[s] += sums[s + half];
  }
  return sums[0];
}

template <class T>
T SumRow(const T* row, Index n) {
  return Sum<T>(n, [row](Index i) { return row[i]; });
}

template <class T>
double DotPart(const T* a, const T* b, Index n) {
  return Sum<double>(
      n, [a, b](Index i) { return static_cast<double>(a[i]) * static_cast<double>(b[i]); });
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_SUMS_H_
