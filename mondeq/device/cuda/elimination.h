// The inverse of a matrix whose Hermitian part is positive definite, by a group of threads in the
// memory that it shares: Gauss-Jordan elimination without pivots, a panel of rows after the other.
// All pivots of a panel are eliminated from the other rows at once, so that these are read and
// written once a panel.
#ifndef MONDEQ_DEVICE_CUDA_ELIMINATION_H_
#define MONDEQ_DEVICE_CUDA_ELIMINATION_H_

#include <cstddef>

#include "mondeq/device/complex.h"
#include "mondeq/device/launch.h"
#include "mondeq/device/tensor.h"

namespace mondeq {

// X is a number of a functor (complex.h).
template <class X>
class Elimination {
 public:
  static constexpr int kThreads = 512;
  static constexpr Index kFewMatrices = 64;

  static std::size_t SharedBytes(Index n) {
    return static_cast<std::size_t>(n * (n + 3 * kPanel)) * sizeof(X);
  }
  // Few matrices have a multiprocessor each.
  static int Threads(Index count, Index n) {
    return n <= 16 ? 64 : count < kFewMatrices ? kThreads : kThreads / 2;
  }

  MONDEQ_HOST_DEVICE Elimination(const ThreadGroup& group, int n)
      : group_(group),
        n_(n),
        a_(group.shared<X>()),
        panel_(a_ + n * n),
        next_(panel_ + kPanel * n),
        columns_(next_ + kPanel * n) {}

  // The matrix [n][n], in shared memory.
  MONDEQ_HOST_DEVICE X* matrix() const { return a_; }

  MONDEQ_HOST_DEVICE void Invert() {
    for (int first = 0; first < n_; first += kPanel) {
      const int width = n_ - first < kPanel ? n_ - first : kPanel;
      group_.ForEach(width * n_, [&](int t) {
        panel_[t] = a_[first * n_ + t];
        columns_[t / width * kPanel + t % width] = a_[t / width * n_ + first + t % width];
      });
      for (int k = 0; k < width; ++k) EliminateInPanel(first, width, k);
      const int tiles = (n_ + kTileRows - 1) / kTileRows,
                wide = (n_ + kTileColumns * kWarp - 1) / (kTileColumns * kWarp);
      group_.ForEach(tiles * wide * kWarp, [&](int t) {
        const int block = t / kWarp;
        Tile(first, width, block / wide * kTileRows,
             block % wide * kTileColumns * kWarp + t % kWarp);
      });
    }
  }

 private:
  static constexpr int kPanel = 8;
  // What a thread computes of the other rows: so many rows of columns that are a warp apart.
  static constexpr int kTileRows = 4, kTileColumns = 3, kWarp = 32;

  // Eliminates pivot k of the panel from its other rows.
  MONDEQ_HOST_DEVICE void EliminateInPanel(int first, int width, int k) {
    const int pivot = first + k;
    group_.ForEach(width * kWarp, [&](int t) {
      const int i = t / kWarp;
      const X *row = panel_ + i * n_, *pivot_row = panel_ + k * n_;
      const X scale = Reciprocal(pivot_row[pivot]), factor = row[pivot];
      for (int j = t % kWarp; j < n_; j += kWarp) {
        const X scaled = j == pivot ? scale : pivot_row[j] * scale;
        next_[i * n_ + j] = i == k ? scaled : (j == pivot ? X{} : row[j]) - factor * scaled;
      }
    });
    X* swap = panel_;
    panel_ = next_;
    next_ = swap;
  }

  // Subtracts what the panel's rows give from a tile of the other rows, and sets the panel's own.
  MONDEQ_HOST_DEVICE void Tile(int first, int width, int top, int left) const {
    const X *factors[kTileRows], *rows[kTileColumns];
    for (int r = 0; r < kTileRows; ++r)
      factors[r] = columns_ + (top + r < n_ ? top + r : n_ - 1) * kPanel;
    for (int c = 0; c < kTileColumns; ++c)
      rows[c] = panel_ + (left + c * kWarp < n_ ? left + c * kWarp : n_ - 1);
    X sums[kTileRows][kTileColumns] = {};
    for (int k = 0; k < width; ++k) {
      X by[kTileColumns];
      for (int c = 0; c < kTileColumns; ++c) by[c] = rows[c][k * n_];
      for (int r = 0; r < kTileRows; ++r) {
        const X factor = factors[r][k];
        for (int c = 0; c < kTileColumns; ++c) sums[r][c] = sums[r][c] + factor * by[c];
      }
    }
    for (int r = 0; r < kTileRows && top + r < n_; ++r) {
      const int i = top + r;
      const bool of_panel = i >= first && i < first + width;
      for (int c = 0; c < kTileColumns; ++c) {
        const int j = left + c * kWarp;
        if (j >= n_) break;
        const bool replaced = j >= first && j < first + width;
        a_[i * n_ + j] = of_panel ? panel_[(i - first) * n_ + j]
                                  : (replaced ? X{} : a_[i * n_ + j]) - sums[r][c];
      }
    }
  }

  const ThreadGroup& group_;
  int n_;
  X *a_, *panel_, *next_, *columns_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_ELIMINATION_H_
