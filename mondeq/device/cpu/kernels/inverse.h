// The inverse of a complex matrix with positive definite Hermitian part: block Gauss-Jordan
// elimination. All Schur complements share that property, so no pivots are needed.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_INVERSE_H_
#define MONDEQ_DEVICE_CPU_KERNELS_INVERSE_H_

#include "mondeq/device/cpu/kernels/simd.h"

namespace mondeq {
namespace MONDEQ_ISA {

template <class T>
class BlockInverter {
 public:
  explicit BlockInverter(const ComplexInverse<T>& c)
      : n_(c.n), stride_(c.stride), re_(c.re), im_(c.im) {
    T* scratch = c.scratch;
    pivot_re_ = scratch;
    pivot_im_ = pivot_re_ + kGroup * kGroup;
    rows_re_ = pivot_im_ + kGroup * kGroup;
    rows_im_ = rows_re_ + kGroup * stride_;
    left_re_ = rows_im_ + kGroup * stride_;
    left_im_ = left_re_ + kGroup * n_;
    for (std::int64_t i = 0; i < 2 * kGroup - 1; ++i) mask_[i] = i == kGroup - 1 ? T{0} : T{1};
  }

  void Run() {
    ClearPadding();
    for (std::int64_t p = 0; p < n_; p += kGroup) {
      const std::int64_t size = n_ - p < kGroup ? n_ - p : kGroup;
      TakePivot(p, size);
      InvertPivot(size);
      SetIdentity(p, size);
      // rows = D^-1 A_p; then A_i -= A_ip rows for all others.
      MultiplyPivot(p, size);
      Eliminate(p, size, 0, p);
      Eliminate(p, size, p + size, n_);
      PutRows(p, size);
    }
  }

 private:
  static constexpr int kW = kWidth<T>;
  static constexpr int kRows = kVectorBytes == 64 ? 4 : 2;
  static constexpr int kVectors = kVectorBytes == 64 ? 3 : 2;
  static constexpr int kVectorsOfPivot = static_cast<int>(kGroup) / kW;

  // Whole vectors are worked on, of columns beyond n too. What an earlier inversion left there
  // shrinks with every other one, down to subnormal numbers, with which a processor takes many
  // times as long.
  void ClearPadding() {
    for (std::int64_t i = 0; i < n_; ++i) {
      for (std::int64_t j = n_; j < stride_; ++j) {
        re_[i * stride_ + j] = T{0};
        im_[i * stride_ + j] = T{0};
      }
    }
  }

  // The columns of a block beyond `size` are free, so whole vectors are copied and cleared.
  void TakePivot(std::int64_t p, std::int64_t size) {
    for (std::int64_t i = 0; i < size; ++i) {
      const std::int64_t from = (p + i) * stride_ + p;
      for (std::int64_t j = 0; j < kGroup; j += kW) {
        Store<T>(Load<T>(re_ + from + j), pivot_re_ + i * kGroup + j);
        Store<T>(Load<T>(im_ + from + j), pivot_im_ + i * kGroup + j);
      }
    }
  }

  // Gauss-Jordan on one block, a row at a time. Column p, which becomes the identity's first, is
  // masked: a number stored there would keep the vector around it from being loaded.
  void InvertPivot(std::int64_t size) {
    for (std::int64_t p = 0; p < size; ++p) {
      T *row_re = pivot_re_ + p * kGroup, *row_im = pivot_im_ + p * kGroup;
      const T a = row_re[p], b = row_im[p], q = T{1} / (a * a + b * b);
      const T* mask = mask_ + kGroup - 1 - p;
      Vector<T> others[kVectorsOfPivot], re[kVectorsOfPivot], im[kVectorsOfPivot];
      for (int v = 0; v < kVectorsOfPivot; ++v) {
        others[v] = Load<T>(mask + v * kW);
        const Vector<T> x = Load<T>(row_re + v * kW) * others[v] + (T{1} - others[v]);
        const Vector<T> y = Load<T>(row_im + v * kW) * others[v];
        re[v] = (x * a + y * b) * q;
        im[v] = (y * a - x * b) * q;
        Store<T>(re[v], row_re + v * kW);
        Store<T>(im[v], row_im + v * kW);
      }
      for (std::int64_t i = 0; i < size; ++i) {
        if (i == p) continue;
        T *to_re = pivot_re_ + i * kGroup, *to_im = pivot_im_ + i * kGroup;
        const T f = to_re[p], g = to_im[p];
        for (int v = 0; v < kVectorsOfPivot; ++v) {
          const Vector<T> x = Load<T>(to_re + v * kW) * others[v];
          const Vector<T> y = Load<T>(to_im + v * kW) * others[v];
          Store<T>(x - f * re[v] + g * im[v], to_re + v * kW);
          Store<T>(y - f * im[v] - g * re[v], to_im + v * kW);
        }
      }
    }
  }

  void SetIdentity(std::int64_t p, std::int64_t size) {
    for (std::int64_t i = 0; i < size; ++i) {
      for (std::int64_t j = 0; j < size; ++j) {
        re_[(p + i) * stride_ + p + j] = i == j ? T{1} : T{0};
        im_[(p + i) * stride_ + p + j] = T{0};
      }
    }
  }

  void MultiplyPivot(std::int64_t p, std::int64_t size) {
    const std::int64_t offset = p * stride_;
    ForEveryTile(0, size, [&](auto tile, std::int64_t i, std::int64_t column) {
      using Size = decltype(tile);
      Multiply<Size::kM, Size::kN, true>(pivot_re_ + i * kGroup, pivot_im_ + i * kGroup,
                                         re_ + offset + column, im_ + offset + column, size,
                                         rows_re_ + i * stride_ + column,
                                         rows_im_ + i * stride_ + column);
    });
  }

  void Eliminate(std::int64_t p, std::int64_t size, std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      for (std::int64_t j = 0; j < kGroup; j += kW) {
        T *re = re_ + i * stride_ + p + j, *im = im_ + i * stride_ + p + j;
        Store<T>(Load<T>(re), left_re_ + i * kGroup + j);
        Store<T>(Load<T>(im), left_im_ + i * kGroup + j);
        Store<T>(Vector<T>{}, re);
        Store<T>(Vector<T>{}, im);
      }
    }
    ForEveryTile(begin, end, [&](auto tile, std::int64_t i, std::int64_t column) {
      using Size = decltype(tile);
      Multiply<Size::kM, Size::kN, false>(left_re_ + i * kGroup, left_im_ + i * kGroup,
                                          rows_re_ + column, rows_im_ + column, size,
                                          re_ + i * stride_ + column, im_ + i * stride_ + column);
    });
  }

  // c = a b, or c -= a b; a [M, count] with rows kGroup apart, b [count, N vectors].
  template <int M, int N, bool kAssign>
  __attribute__((noinline)) void Multiply(const T* a_re, const T* a_im, const T* b_re,
                                          const T* b_im, std::int64_t count, T* c_re,
                                          T* c_im) const {
    Vector<T> re[M][N] = {}, im[M][N] = {};
    for (std::int64_t k = 0; k < count; ++k) {
      MONDEQ_UNROLL
      for (int j = 0; j < N; ++j) {
        const Vector<T> x = Load<T>(b_re + k * stride_ + j * kW);
        const Vector<T> y = Load<T>(b_im + k * stride_ + j * kW);
        MONDEQ_UNROLL
        for (int i = 0; i < M; ++i) {
          const Vector<T> f = Splat(a_re[i * kGroup + k]), g = Splat(a_im[i * kGroup + k]);
          re[i][j] += f * x;
          re[i][j] -= g * y;
          im[i][j] += f * y;
          im[i][j] += g * x;
        }
      }
    }
    MONDEQ_UNROLL
    for (int i = 0; i < M; ++i) {
      MONDEQ_UNROLL
      for (int j = 0; j < N; ++j) {
        T *to_re = c_re + i * stride_ + j * kW, *to_im = c_im + i * stride_ + j * kW;
        Store<T>(kAssign ? re[i][j] : Load<T>(to_re) - re[i][j], to_re);
        Store<T>(kAssign ? im[i][j] : Load<T>(to_im) - im[i][j], to_im);
      }
    }
  }

  void PutRows(std::int64_t p, std::int64_t size) {
    for (std::int64_t e = 0; e < size * stride_; e += kW) {
      Store<T>(Load<T>(rows_re_ + e), re_ + p * stride_ + e);
      Store<T>(Load<T>(rows_im_ + e), im_ + p * stride_ + e);
    }
  }

  template <int M, int N>
  struct Tile {
    static constexpr int kM = M, kN = N;
  };
  // f(tile, first row, first column) for rows begin .. end - 1 and all columns.
  template <class F>
  MONDEQ_INLINE void ForEveryTile(std::int64_t begin, std::int64_t end, F&& f) const {
    std::int64_t column = 0;
    for (; column + kVectors * kW <= stride_; column += kVectors * kW)
      ForEveryRow<kVectors>(begin, end, column, f);
    for (; column < stride_; column += kW) ForEveryRow<1>(begin, end, column, f);
  }
  template <int N, class F>
  MONDEQ_INLINE void ForEveryRow(std::int64_t begin, std::int64_t end, std::int64_t column,
                                 F&& f) const {
    std::int64_t i = begin;
    for (; i + kRows <= end; i += kRows) f(Tile<kRows, N>(), i, column);
    for (; i < end; ++i) f(Tile<1, N>(), i, column);
  }

  std::int64_t n_, stride_;
  T *re_, *im_;
  T *pivot_re_, *pivot_im_, *rows_re_, *rows_im_, *left_re_, *left_im_;
  T mask_[2 * kGroup - 1];  // ones around a zero
};

template <class T>
void InvertComplex(const ComplexInverse<T>& inverse) {
  BlockInverter<T>(inverse).Run();
}

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_INVERSE_H_
