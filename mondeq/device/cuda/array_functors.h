// The functors that CudaDevice runs on arrays. Sums are made in a fixed order: the same bits in
// every run.
#ifndef MONDEQ_DEVICE_CUDA_ARRAY_FUNCTORS_H_
#define MONDEQ_DEVICE_CUDA_ARRAY_FUNCTORS_H_

#include "mondeq/device/launch.h"

namespace mondeq {

template <class T>
struct FillWith {
  T value;
  T* x;

  MONDEQ_HOST_DEVICE void operator()(Index i) const { x[i] = value; }
};

template <class T>
struct Combine {
  T a, b;
  const T* x;
  T* y;

  MONDEQ_HOST_DEVICE void operator()(Index i) const {
    // With b = 0, y need not hold a number.
    y[i] = b == T{0} ? a * x[i] : a * x[i] + b * y[i];
  }
};

// x[row, l] += b[row mod period]
template <class T>
struct AddPeriodic {
  const T* b;
  Index period, batch;
  T* x;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    for (Index l = begin; l < end; ++l) x[row * batch + l] += b[row % period];
  }
};

// sums[row] = sum of the row + beta sums[row]; a group of threads makes each.
template <class T>
struct SumOfRow {
  static constexpr int kThreads = 64;

  const T* x;
  Index columns;
  T beta;
  T* sums;

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index row) const {
    T* parts = group.shared<T>();
    group.ForEach(kThreads, [&](int t) {
      T sum = 0;
      for (Index l = t; l < columns; l += kThreads) sum += x[row * columns + l];
      parts[t] = sum;
    });
    group.ForEach(1, [&](int) {
      T sum = 0;
      for (int t = 0; t < kThreads; ++t) sum += parts[t];
      sums[row] = beta == T{0} ? sum : sum + beta * sums[row];
    });
  }
};

// sums[part, l] = the part of column l's sum, or sum of squares, that every `parts`-th row from
// `part` on gives; sums [parts, columns].
template <class T, bool kSquare>
struct PartOfColumn {
  const T* x;
  Index rows, columns, parts;
  double* sums;

  MONDEQ_HOST_DEVICE void operator()(Index part, Index begin, Index end) const {
    for (Index l = begin; l < end; ++l) {
      double sum = 0;
      for (Index i = part; i < rows; i += parts) {
        const auto value = static_cast<double>(x[i * columns + l]);
        sum += kSquare ? value * value : value;
      }
      sums[part * columns + l] = sum;
    }
  }
};

// total[l] = sum of the parts [parts, columns].
struct SumOfParts {
  const double* sums;
  Index parts, columns;
  double* total;

  MONDEQ_HOST_DEVICE void operator()(Index l) const {
    double sum = 0;
    for (Index part = 0; part < parts; ++part) sum += sums[part * columns + l];
    total[l] = sum;
  }
};

// sums[part] = the sum of every `parts`-th term of a dot product from `part` on.
template <class T>
struct PartOfDot {
  const T *x, *y;
  Index n, parts;
  double* sums;

  MONDEQ_HOST_DEVICE void operator()(Index part) const {
    double sum = 0;
    for (Index i = part; i < n; i += parts)
      sum += static_cast<double>(x[i]) * static_cast<double>(y[i]);
    sums[part] = sum;
  }
};

// y = totals + beta y
template <class T>
struct TakeTotals {
  const double* totals;
  T beta;
  T* y;

  MONDEQ_HOST_DEVICE void operator()(Index i) const {
    const T total = static_cast<T>(totals[i]);
    y[i] = beta == T{0} ? total : total + beta * y[i];
  }
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_ARRAY_FUNCTORS_H_
