// Sums in an order that neither threads nor the width of vectors change.
#ifndef MONDEQ_DEVICE_CPU_SUMS_H_
#define MONDEQ_DEVICE_CPU_SUMS_H_

#include "mondeq/core/features.h"

namespace mondeq {

template <class T>
T SumRow(const T* row, Index n) {
  constexpr Index kSums = 32;
  T sums[kSums] = {};
  Index l = 0;
  for (; l + kSums <= n; l += kSums) {
    for (Index s = 0; s < kSums; ++s) sums[s] += row[l + s];
  }
  for (Index s = 0; l + s < n; ++s) sums[s] += row[l + s];
  for (Index half = kSums / 2; half > 0; half /= 2) {
    for (Index s = 0; s < half; ++s) sums[s] += sums[s + half];
  }
  return sums[0];
}

template <class T>
double DotPart(const T* a, const T* b, Index n) {
  constexpr Index kSums = 32;
  double sums[kSums] = {};
  Index i = 0;
  for (; i + kSums <= n; i += kSums) {
    for (Index s = 0; s < kSums; ++s) {
      sums[s] += static_cast<double>(a[i + s]) * static_cast<double>(b[i + s]);
    }
  }
  for (Index s = 0; i + s < n; ++s) {
    sums[s] += static_cast<double>(a[i + s]) * static_cast<double>(b[i + s]);
  }
  for (Index half = kSums / 2; half > 0; half /= 2) {
    for (Index s = 0; s < half; ++s) sums[s] += sums[s + half];
  }
  return sums[0];
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_SUMS_H_
