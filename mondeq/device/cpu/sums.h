// Sums in an order that neither threads nor the width of vectors change.
#ifndef MONDEQ_DEVICE_CPU_SUMS_H_
#define MONDEQ_DEVICE_CPU_SUMS_H_

#include <type_traits>

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

// So many sums of lanes stay in registers.
constexpr Index kLaneSums = 32;

// out[l] = sum_i f(x[i, l]), l < count <= kLaneSums, of rows that are `stride` elements apart. The
// sums stay in registers where `count` is a compile-time constant.
template <class T, class F, class Count>
void SumLanes(const T* x, Index rows, Index stride, Count count, const F& f, double* out) {
  double sums[kLaneSums] = {};
  for (Index i = 0; i < rows; ++i) {
    const T* row = x + i * stride;
    for (Index l = 0; l < count; ++l) sums[l] += f(static_cast<double>(row[l]));
  }
  for (Index l = 0; l < count; ++l) out[l] = sums[l];
}

// The same for all lanes.
template <class T, class F>
void SumPartOfColumns(const T* x, Index rows, Index columns, const F& f, double* out) {
  if (columns == 1) {
    *out = Sum<double>(rows, [=](Index i) { return f(static_cast<double>(x[i])); });
    return;
  }
  Index l = 0;
  for (; l + kLaneSums <= columns; l += kLaneSums)
    SumLanes(x + l, rows, columns, std::integral_constant<Index, kLaneSums>(), f, out + l);
  if (l < columns) SumLanes(x + l, rows, columns, columns - l, f, out + l);
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_SUMS_H_
