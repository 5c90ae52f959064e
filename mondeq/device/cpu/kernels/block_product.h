// Products of complex matrices with spectra. A complex product is three real ones (Gauss):
//   (Ar + i s Ai) (Xr + i Xi), s = +-1:  P1 = Ar Xr, P2 = Ai Xi, P3 = (Ar + Ai) (Xr + s Xi),
//   real part P1 - s P2, imaginary part s (P3 - P1) - P2.
// A frequency and its negative share their matrix but for s, so they are multiplied together.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_BLOCK_PRODUCT_H_
#define MONDEQ_DEVICE_CPU_KERNELS_BLOCK_PRODUCT_H_

#include "mondeq/device/cpu/kernels/tile.h"

namespace mondeq {
namespace MONDEQ_ISA {

template <class T>
class BlockMultiplier {
 public:
  explicit BlockMultiplier(const BlockProduct<T>& p)
      : p_(p),
        panels_((p.m + kPanel - 1) / kPanel),
        stored_columns_(p.columns * p.n),
        out_blocks_(p.adjoint ? p.columns : p.rows),
        out_rows_(p.adjoint ? p.n : p.m),
        in_blocks_(p.adjoint ? p.rows : p.columns),
        in_rows_(p.adjoint ? p.m : p.n),
        inner_(in_blocks_ * in_rows_),
        vectors_(p.groups * kGroup / kWidth<T>),
        all_vectors_(p.x[1] == nullptr ? vectors_ : 2 * vectors_),
        plan_(p.prefetch) {
    const std::int64_t plane = inner_ * kTileVectors * kWidth<T>;
    T* scratch = p.scratch;
    for (T*& operand : operands_) {
      operand = scratch;
      scratch += plane;
    }
    for (T*& product : products_) {
      product = scratch;
      scratch += out_blocks_ * out_rows_ * kTileVectors * kWidth<T>;
    }
    sum_ = scratch;
  }

  void Run() {
    AddParts();
    std::int64_t vector = 0;
    for (; vector + kTileVectors <= all_vectors_; vector += kTileVectors)
      MultiplyVectors<kTileVectors>(vector);
    if (kTileVectors > 2 && vector + 2 <= all_vectors_) {
      MultiplyVectors<2>(vector);
      vector += 2;
    }
    for (; vector < all_vectors_; ++vector) MultiplyVectors<1>(vector);
  }

 private:
  static constexpr std::int64_t kStep = 2 * kPanel;

  // The sign s of a frequency (0) or its negative (1).
  T sign(std::int64_t side) const { return (side == 1) != p_.adjoint ? T{-1} : T{1}; }

  // Makes panels of Ar + Ai, in place of the real parts of panels of its own.
  void AddParts() {
    const std::int64_t columns = p_.rows * panels_ * stored_columns_;
    for (std::int64_t column = 0; column < columns; ++column) {
      const T* from = p_.matrix + column * kStep;
      T* to = sum_ + column * kStep;
      for (int i = 0; i < kPanel; ++i) to[i] = from[i] + from[kPanel + i];
    }
  }

  // The place of vector `vector` of a row of points: its side, and how far from the row's start.
  std::int64_t Side(std::int64_t vector) const { return vector / vectors_; }
  std::int64_t Offset(std::int64_t vector) const {
    const std::int64_t lane = vector % vectors_ * kWidth<T>;
    return lane / kGroup * kPoint + lane % kGroup;
  }

  template <int N>
  void MultiplyVectors(std::int64_t first) {
    Pack<N>(first);
    for (int part = 0; part < 3; ++part) {
      const T* matrix = part == 2 ? sum_ : p_.matrix + (part == 1 ? kPanel : 0);
      for (std::int64_t block = 0; block < out_blocks_; ++block) {
        T* to = products_[part] + block * out_rows_ * N * kWidth<T>;
        ForEveryTile(out_rows_, [&](auto rows, std::int64_t row) {
          MultiplyTile<decltype(rows)::kCount, N>(matrix, block, row, operands_[part],
                                                  to + row * N * kWidth<T>);
        });
      }
    }
    Unpack<N>(first);
  }

  // Copies the rows of x that a product runs over: real parts, imaginary parts, and Xr + s Xi, each
  // contiguous.
  template <int N>
  void Pack(std::int64_t first) {
    T *re = operands_[0], *im = operands_[1], *sum = operands_[2];
    for (std::int64_t block = 0; block < in_blocks_; ++block) {
      const T* from[N];
      Vector<T> signs[N];
      for (int j = 0; j < N; ++j) {
        from[j] = p_.x[Side(first + j)][block] + Offset(first + j);
        signs[j] = Splat(sign(Side(first + j)));
      }
      for (std::int64_t row = 0; row < in_rows_; ++row) {
        MONDEQ_UNROLL
        for (int j = 0; j < N; ++j) {
          const Vector<T> r = Load<T>(from[j]), i = Load<T>(from[j] + kGroup);
          Store<T>(r, re + j * kWidth<T>);
          Store<T>(i, im + j * kWidth<T>);
          Store<T>(r + signs[j] * i, sum + j * kWidth<T>);
          from[j] += p_.groups * kPoint;
        }
        re += N * kWidth<T>;
        im += N * kWidth<T>;
        sum += N * kWidth<T>;
      }
    }
  }

  template <int M, int N>
  __attribute__((noinline)) void MultiplyTile(const T* matrix, std::int64_t block, std::int64_t row,
                                              const T* b, T* to) {
    Vector<T> sums[M][N] = {};
    PrefetchStream prefetch = plan_.Take(inner_, matrix);
    if (!p_.adjoint) {
      const std::int64_t panel = block * panels_ + row / kPanel;
      const T* a = matrix + panel * stored_columns_ * kStep + row % kPanel;
      AccumulateTile<M, N>(a, 1, kStep, b, N * kWidth<T>, inner_, &prefetch, sums);
    } else {
      const T* a = matrix + (block * p_.n + row) * kStep;
      for (std::int64_t r = 0; r < p_.rows; ++r) {
        std::int64_t i = 0;
        // Whole panels have a loop of their own: the compiler knows how many rows they have.
        for (; i + kPanel <= p_.m; i += kPanel) {
          AccumulateTile<M, N>(a, kStep, 1, b, N * kWidth<T>, kPanel, &prefetch, sums);
          a += stored_columns_ * kStep;
          b += kPanel * N * kWidth<T>;
        }
        if (i < p_.m) {
          AccumulateTile<M, N>(a, kStep, 1, b, N * kWidth<T>, p_.m - i, &prefetch, sums);
          a += stored_columns_ * kStep;
          b += (p_.m - i) * N * kWidth<T>;
        }
      }
    }
    MONDEQ_UNROLL
    for (int i = 0; i < M; ++i) {
      MONDEQ_UNROLL
      for (int j = 0; j < N; ++j) Store<T>(sums[i][j], to + (i * N + j) * kWidth<T>);
    }
  }

  // y = alpha (the three products put together) + beta y.
  template <int N>
  void Unpack(std::int64_t first) {
    const T *p1 = products_[0], *p2 = products_[1], *p3 = products_[2];
    for (std::int64_t block = 0; block < out_blocks_; ++block) {
      T* to[N];
      Vector<T> signs[N];
      for (int j = 0; j < N; ++j) {
        to[j] = p_.y[Side(first + j)][block] + Offset(first + j);
        signs[j] = Splat(sign(Side(first + j)));
      }
      for (std::int64_t row = 0; row < out_rows_; ++row) {
        MONDEQ_UNROLL
        for (int j = 0; j < N; ++j) {
          const Vector<T> a = Load<T>(p1), b = Load<T>(p2), c = Load<T>(p3);
          Vector<T> re = p_.alpha * (a - signs[j] * b);
          Vector<T> im = p_.alpha * (signs[j] * (c - a) - b);
          if (p_.beta != T{0}) {
            re += p_.beta * Load<T>(to[j]);
            im += p_.beta * Load<T>(to[j] + kGroup);
          }
          Store<T>(re, to[j]);
          Store<T>(im, to[j] + kGroup);
          to[j] += p_.groups * kPoint;
          p1 += kWidth<T>;
          p2 += kWidth<T>;
          p3 += kWidth<T>;
        }
      }
    }
  }

  const BlockProduct<T>& p_;
  std::int64_t panels_, stored_columns_;
  std::int64_t out_blocks_, out_rows_, in_blocks_, in_rows_, inner_;
  std::int64_t vectors_, all_vectors_;
  T *operands_[3], *products_[3], *sum_;
  PrefetchPlan plan_;
};

template <class T>
void MultiplyBlocks(const BlockProduct<T>& product) {
  BlockMultiplier<T>(product).Run();
}

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_BLOCK_PRODUCT_H_
