// The inverse of a real matrix in place: Gauss-Jordan elimination with partial pivoting, a block of
// columns at a time. Eliminating the block's pivots in its own columns turns these into what the
// elimination is as a matrix, by which all other columns are multiplied at once.
#ifndef MONDEQ_DEVICE_CPU_REAL_INVERSE_H_
#define MONDEQ_DEVICE_CPU_REAL_INVERSE_H_

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "mondeq/device/device.h"
#include "mondeq/device/vectorize.h"

namespace mondeq {

template <class T>
class RealInverse {
 public:
  static constexpr Index kBlock = 32;

  // x [n, n]; rows: room for [kBlock, n]; pivots: for n.
  RealInverse(Index n, T* x, T* rows, Index* pivots) : n_(n), x_(x), rows_(rows), pivots_(pivots) {}

  // multiply(first, k, begin, end): columns begin .. end - 1 of x += columns first .. first + k - 1
  // of x times the same columns of rows.
  template <class Multiply>
  void Run(const Multiply& multiply) {
    for (Index first = 0; first < n_; first += kBlock) {
      const Index k = std::min(kBlock, n_ - first);
      Vectorized([this, first, k] {
        const RealInverse local = *this;
        if (k == kBlock) {
          local.EliminateBlock(first, std::integral_constant<Index, kBlock>());
        } else {
          local.EliminateBlock(first, k);
        }
        local.MoveRows(first, k);
      });
      multiply(first, k, Index{0}, first);
      multiply(first, k, first + k, n_);
    }
    for (Index j = n_; j-- > 0;) {
      if (pivots_[j] == j) continue;
      for (Index i = 0; i < n_; ++i) std::swap(x_[i * n_ + j], x_[i * n_ + pivots_[j]]);
    }
  }

 private:
  // `columns` is a constant where it is kBlock.
  template <class Columns>
  void EliminateBlock(Index first, Columns columns) const {
    for (Index pivot = first; pivot < first + columns; ++pivot) {
      pivots_[pivot] = FindPivot(pivot);
      if (pivots_[pivot] != pivot) {
        std::swap_ranges(x_ + pivot * n_, x_ + (pivot + 1) * n_, x_ + pivots_[pivot] * n_);
      }
      EliminateColumn(pivot, x_ + first, columns);
    }
  }

  Index FindPivot(Index pivot) const {
    Index best = pivot;
    for (Index i = pivot + 1; i < n_; ++i) {
      if (std::abs(x_[i * n_ + pivot]) > std::abs(x_[best * n_ + pivot])) best = i;
    }
    return best;
  }

  template <class Columns>
  void EliminateColumn(Index pivot, T* block, Columns columns) const {
    const Index column = x_ + pivot - block;
    T* pivot_row = block + pivot * n_;
    const T scale = T{1} / pivot_row[column];
    T scaled[kBlock];
    for (Index j = 0; j < columns; ++j) scaled[j] = scale * pivot_row[j];
    for (Index i = 0; i < n_; ++i) {
      T* row = block + i * n_;
      const T factor = row[column];
      for (Index j = 0; j < columns; ++j) row[j] -= factor * scaled[j];
      // This store comes last: a vector cannot be read while part of it is on its way to memory.
      row[column] = -factor * scale;
    }
    for (Index j = 0; j < columns; ++j) pivot_row[j] = scaled[j];
    pivot_row[column] = scale;
  }

  // The block's rows go to rows_, all but the block itself, and leave zeros.
  void MoveRows(Index first, Index k) const {
    for (Index i = 0; i < k; ++i) {
      T *from = x_ + (first + i) * n_, *to = rows_ + i * n_;
      for (Index j = 0; j < n_; ++j) {
        to[j] = from[j];
        from[j] = j >= first && j < first + k ? from[j] : T{0};
      }
    }
  }

  Index n_;
  T* x_;
  T* rows_;
  Index* pivots_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_REAL_INVERSE_H_
