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

// out[l] = sum_i f(x[i, l]), l < count, of rows that are `stride` elements apart. Where `count` is
// a compile-time constant the sums stay in registers.
template <class T, class F, class Count>
void SumRows(const T* x, Index rows, Index stride, Count count, const F& f, double* out) {
  constexpr Index kMost = 32;
  double sums[kMost] = {};
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
  constexpr Index kSums = 32;
  Index l = 0;
  for (; l + kSums <= columns; l += kSums)
    SumRows(x + l, rows, columns, std::integral_constant<Index, kSums>(), f, out + l);
  if (l < columns) SumRows(x + l, rows, columns, columns - l, f, out + l);
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_SUMS_H_
