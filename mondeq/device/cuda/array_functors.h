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

// Runs of the rows of an array that follow each other: run k ends before end[k].
struct Runs {
  static constexpr int kMost = 8;
  Index end[kMost];
};

// sums[run, part, l] = the part of column l's sum over a run of rows, or of its sum of squares,
// that every `parts`-th row of the run gives; sums [runs, parts, columns]. A group of threads makes
// some columns of a part.
template <class T, bool kSquare>
struct SumOfColumns {
  static constexpr int kColumns = 32, kTurns = 8, kThreads = kColumns * kTurns;

  const T* x;
  Runs runs;
  Index columns, parts;
  double* sums;

  MONDEQ_HOST_DEVICE Index blocks() const { return (columns + kColumns - 1) / kColumns; }

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index index) const {
    const Index first = index % blocks() * kColumns, task = index / blocks();
    const Index run = task / parts, end = runs.end[run];
    const Index begin = (run == 0 ? 0 : runs.end[run - 1]) + task % parts * kTurns;
    double* shared = group.shared<double>();
    group.ForEach(kThreads, [&](int t) {
      const Index column = first + t % kColumns;
      double sum = 0;
      if (column < columns) {
        for (Index i = begin + t / kColumns; i < end; i += parts * kTurns) {
          const auto value = static_cast<double>(x[i * columns + column]);
          sum += kSquare ? value * value : value;
        }
      }
      shared[t] = sum;
    });
    group.ForEach(kColumns, [&](int l) {
      if (first + l >= columns) return;
      double sum = 0;
      for (int turn = 0; turn < kTurns; ++turn) sum += shared[turn * kColumns + l];
      sums[task * columns + first + l] = sum;
    });
  }
};

// total = the sum of n terms; one group makes it.
struct SumOfTerms {
  static constexpr int kThreads = 256;

  const double* terms;
  Index n;
  double* total;

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index) const {
    double* shared = group.shared<double>();
    group.ForEach(kThreads, [&](int t) {
      double sum = 0;
      for (Index i = t; i < n; i += kThreads) sum += terms[i];
      shared[t] = sum;
    });
    for (int half = kThreads / 2; half > 0; half /= 2)
      group.ForEach(half, [&](int t) { shared[t] += shared[t + half]; });
    group.ForEach(1, [&](int) { *total = shared[0]; });
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
