// The functors that CudaTorus runs beside transforms and products. Complex numbers are pairs.
#ifndef MONDEQ_DEVICE_CUDA_TORUS_FUNCTORS_H_
#define MONDEQ_DEVICE_CUDA_TORUS_FUNCTORS_H_

#include <cstddef>
#include <cstdint>

#include "mondeq/device/complex.h"
#include "mondeq/device/cuda/elimination.h"
#include "mondeq/device/launch.h"
#include "mondeq/device/slab_transform.h"

namespace mondeq {

// The frequencies f of a torus, [rows][columns], and those of the torus of half the size, q.
struct FrequencyGrid {
  Index rows, columns;

  // -f, whose matrices are the conjugates of those of f.
  MONDEQ_HOST_DEVICE Index Opposite(Index f) const {
    const Index y = f / columns, x = f % columns;
    return (y == 0 ? 0 : rows - y) * columns + (x == 0 ? 0 : columns - x);
  }
  // The i-th of the four frequencies that q stands for; `row` counts (q, i).
  MONDEQ_HOST_DEVICE Index Alias(Index row) const {
    const Index q = row / 4, i = row % 4;
    const Index y = q / (columns / 2), x = q % (columns / 2);
    return (y + i / 2 * (rows / 2)) * columns + x + i % 2 * (columns / 2);
  }
  // The frequency of the half torus that stands for f.
  MONDEQ_HOST_DEVICE Index Fold(Index f) const {
    return f / columns % (rows / 2) * (columns / 2) + f % columns % (columns / 2);
  }
};

// to[row, l] = scale from[row, l] for l < columns, and zeros up to `stride`. May be in place.
template <class T>
struct ScaleAndPad {
  T scale;
  const T* from;
  Index from_stride, columns;
  T* to;
  Index to_stride;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    for (Index l = begin; l < end; ++l)
      to[row * to_stride + l] = l < columns ? scale * from[row * from_stride + l] : T{0};
  }
};

// packed[q][i] = x at alias i of q, rows of `size` numbers. A row is (q, i).
template <class T>
struct PackAliases {
  FrequencyGrid grid;
  Index size;
  const T* x;
  T* packed;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const T* from = x + grid.Alias(row) * size;
    for (Index e = begin; e < end; ++e) packed[row * size + e] = from[e];
  }
};

// y at alias i of q = packed[q][i] + beta y: the way back from PackAliases.
template <class T>
struct UnpackAliases {
  FrequencyGrid grid;
  Index size;
  const T* packed;
  T beta;
  T* y;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    T* to = y + grid.Alias(row) * size;
    for (Index e = begin; e < end; ++e)
      to[e] = beta == T{0} ? packed[row * size + e] : packed[row * size + e] + beta * to[e];
  }
};

// whole[f] = half[Fold(f)], rows of `size` numbers.
template <class T>
struct Unfold {
  FrequencyGrid grid;
  Index size;
  const T* half;
  T* whole;

  MONDEQ_HOST_DEVICE void operator()(Index f, Index begin, Index end) const {
    for (Index e = begin; e < end; ++e) whole[f * size + e] = half[grid.Fold(f) * size + e];
  }
};

// The matrices of a kernel with sampling: M_f = sum_d K[d] phase[f][d], side by side, [m][4 n] for
// each q. Rows are (q, i), columns elements.
template <class T>
struct SumOfTaps {
  FrequencyGrid grid;
  Index taps, m, n;
  const T* phases;  // [frequency][taps] pairs
  const T* kernel;  // [taps][m][n]
  T* matrices;      // pairs

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const T* phase = phases + grid.Alias(row) * taps * 2;
    for (Index e = begin; e < end; ++e) {
      T re = 0, im = 0;
      for (Index d = 0; d < taps; ++d) {
        const T tap = kernel[d * m * n + e];
        re += phase[2 * d] * tap;
        im += phase[2 * d + 1] * tap;
      }
      const Index to = (row / 4 * m + e / n) * 4 * n + row % 4 * n + e % n;
      matrices[2 * to] = re;
      matrices[2 * to + 1] = im;
    }
  }
};

// The same without sampling, for `count` frequencies of which no two are opposite, some at a time:
// a row is kAtATime of them.
template <class T>
struct SumOfTapsOfPairs {
  static constexpr int kAtATime = 8;

  FrequencyGrid grid;
  Index count, taps, elements;
  const std::int32_t* frequencies;  // [count], padded to a multiple of kAtATime
  const Complex<T>* phases;         // [taps][count, padded]
  const T* kernel;                  // [taps][elements]
  Complex<T>* matrices;             // [frequency][elements]

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const Index first = row * kAtATime, padded = (count + kAtATime - 1) / kAtATime * kAtATime;
    for (Index e = begin; e < end; ++e) {
      Complex<T> sums[kAtATime] = {};
      for (Index d = 0; d < taps; ++d) {
        const T tap = kernel[d * elements + e];
        const Complex<T>* phase = phases + d * padded + first;
        for (int i = 0; i < kAtATime; ++i) {
          sums[i].re += phase[i].re * tap;
          sums[i].im += phase[i].im * tap;
        }
      }
      for (int i = 0; i < kAtATime && first + i < count; ++i) {
        const Index f = frequencies[first + i], g = grid.Opposite(f);
        matrices[f * elements + e] = sums[i];
        if (g != f) matrices[g * elements + e] = {sums[i].re, -sums[i].im};
      }
    }
  }
};

// M = factor M^-1 + identity I for complex matrices [n][n], for frequencies of which no two are
// opposite, and what follows for the opposite ones. A group of threads makes each.
template <class T>
struct InvertPairs {
  static constexpr int kThreads = Elimination<Complex<T>>::kThreads;

  FrequencyGrid grid;
  int n;
  T factor, identity;
  const std::int32_t* frequencies;
  Complex<T>* matrices;

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index index) const {
    const Index f = frequencies[index], g = grid.Opposite(f), size = Index{n} * n;
    Elimination<Complex<T>> elimination(group, n);
    Complex<T>*a = elimination.matrix(), *matrix = matrices + f * size,
    *opposite = matrices + g * size;
    group.ForEach(n * n, [&](int t) { a[t] = matrix[t]; });
    elimination.Invert();
    group.ForEach(n * n, [&](int t) {
      const Complex<T> x{factor * a[t].re + (t % (n + 1) == 0 ? identity : T{0}), factor * a[t].im};
      matrix[t] = x;
      if (g != f) opposite[t] = {x.re, -x.im};
    });
  }
};

// to[p] = from[frequencies[p]], matrices of so many elements. Rows are p, columns elements.
template <class T>
struct TakeMatrices {
  const std::int32_t* frequencies;
  Index elements;
  const Complex<T>* from;
  Complex<T>* to;

  MONDEQ_HOST_DEVICE void operator()(Index p, Index begin, Index end) const {
    const Complex<T>* matrix = from + frequencies[p] * elements;
    for (Index e = begin; e < end; ++e) to[p * elements + e] = matrix[e];
  }
};

// The diagonal blocks of [4 n][4 n] get one circular matrix each, for some q. Rows are (p, i), q
// the p-th of these, columns the elements of a circular matrix.
template <class T>
struct AddDiagonalBlocks {
  FrequencyGrid grid;
  Index n;
  const std::int32_t* frequencies;
  const Complex<T>* circular;
  Complex<T>* blocks;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const Index p = row / 4, i = row % 4;
    const Complex<T>* from = circular + grid.Alias(4 * frequencies[p] + i) * n * n;
    for (Index e = begin; e < end; ++e) {
      Complex<T>& to = blocks[(p * 4 * n + i * n + e / n) * 4 * n + i * n + e % n];
      to = to + from[e];
    }
  }
};

// M = factor K + identity I for complex matrices [n][n] of frequencies of which no two are
// opposite, and what follows for the opposite ones. Where a row of M is (i, r), i one of the four
// frequencies that q stands for, they change places. Rows are p, columns elements.
template <class T>
struct FinishPairs {
  FrequencyGrid grid;  // that of the frequencies given
  Index n;
  bool has_aliases;
  T factor, identity;
  const std::int32_t* frequencies;
  const Complex<T>* k;  // [p][n][n]
  Complex<T>* matrices;

  MONDEQ_HOST_DEVICE void operator()(Index p, Index begin, Index end) const {
    const Index f = frequencies[p], g = grid.Opposite(f), size = n * n;
    // -(y + a R / 2) = (R / 2 - y) + (1 - a) R / 2 modulo R, but a R / 2 where y = 0.
    const Index swap = (f / grid.columns != 0 ? 2 : 0) + (f % grid.columns != 0 ? 1 : 0);
    const Index block = has_aliases ? n / 4 : n;
    const auto opposite = [&](Index i) {
      return has_aliases ? ((i / block) ^ swap) * block + i % block : i;
    };
    for (Index e = begin; e < end; ++e) {
      const Index i = e / n, j = e % n;
      const Complex<T> from = k[p * size + e];
      const Complex<T> x{factor * from.re + (i == j ? identity : T{0}), factor * from.im};
      matrices[f * size + e] = x;
      if (g != f) matrices[g * size + opposite(i) * n + opposite(j)] = {x.re, -x.im};
    }
  }
};

// taps = scale Re sums + beta taps, for complex sums.
template <class T>
struct TakeRealPart {
  T scale, beta;
  const T* sums;
  T* taps;

  MONDEQ_HOST_DEVICE void operator()(Index i) const {
    taps[i] = scale * sums[2 * i] + (beta == T{0} ? T{0} : beta * taps[i]);
  }
};

// One direction of a transform, a slab to a group; pixels are [pixel][channels][lanes] too.
template <class T, bool kInverse>
struct TransformOfSlabs {
  static constexpr int kThreads = SlabTransform::kMostThreads, kGroups = SlabTransform::kGroups;

  SlabTransform slab;

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index index) const {
    TransformSlab<T, /*kAlone=*/true>(slab, kInverse, index, group);
  }
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_TORUS_FUNCTORS_H_
