// The functors that CudaTorus runs beside transforms and products. Complex numbers are pairs.
#ifndef MONDEQ_DEVICE_CUDA_TORUS_FUNCTORS_H_
#define MONDEQ_DEVICE_CUDA_TORUS_FUNCTORS_H_

#include <cstddef>

#include "mondeq/device/launch.h"
#include "mondeq/device/slab_transform.h"

namespace mondeq {

// The frequencies f of a torus, [rows][columns], and those of the torus of half the size, q.
struct FrequencyGrid {
  Index rows, columns;

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

// The matrices of a kernel: M_f = sum_d K[d] phase[f][d]. Rows are frequencies, columns elements.
// Sampled: rows are (q, i), and the matrices lie side by side, [m][4 n] for each q.
template <class T>
struct SumOfTaps {
  FrequencyGrid grid;
  bool sampled;
  Index taps, m, n;
  const T* phases;  // [frequency][taps] pairs
  const T* kernel;  // [taps][m][n]
  T* matrices;      // pairs

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const Index f = sampled ? grid.Alias(row) : row;
    const T* phase = phases + f * taps * 2;
    for (Index e = begin; e < end; ++e) {
      T re = 0, im = 0;
      for (Index d = 0; d < taps; ++d) {
        const T tap = kernel[d * m * n + e];
        re += phase[2 * d] * tap;
        im += phase[2 * d + 1] * tap;
      }
      const Index to =
          sampled ? (row / 4 * m + e / n) * 4 * n + row % 4 * n + e % n : row * m * n + e;
      matrices[2 * to] = re;
      matrices[2 * to + 1] = im;
    }
  }
};

// The diagonal blocks of [4 n][4 n] get one circular matrix each. Rows are (q, i), columns its
// elements.
template <class T>
struct AddDiagonalBlocks {
  FrequencyGrid grid;
  Index n;
  const T* circular;
  T* blocks;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const Index q = row / 4, i = row % 4;
    const T* from = circular + grid.Alias(row) * n * n * 2;
    for (Index e = begin; e < end; ++e) {
      const Index to = (q * 4 * n + i * n + e / n) * 4 * n + i * n + e % n;
      blocks[2 * to] += from[2 * e];
      blocks[2 * to + 1] += from[2 * e + 1];
    }
  }
};

// M = factor M + identity I for complex matrices [n][n]. Rows are matrices, columns elements.
template <class T>
struct ScaleAndShiftMatrix {
  T factor, identity;
  Index n;
  T* matrices;

  MONDEQ_HOST_DEVICE void operator()(Index matrix, Index begin, Index end) const {
    for (Index e = begin; e < end; ++e) {
      T* x = matrices + (matrix * n * n + e) * 2;
      x[0] = factor * x[0] + (e / n == e % n ? identity : T{0});
      x[1] = factor * x[1];
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
  SlabTransform slab;
  Index slabs_of_lanes;

  std::size_t SharedBytes() const {
    return static_cast<std::size_t>(slab.size()) * sizeof(Complex<T>);
  }

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index index) const {
    const Index channel = index / slabs_of_lanes, first = index % slabs_of_lanes * slab.width;
    auto* data = group.shared<Complex<T>>();
    if (kInverse) TransformSlab<T>(slab, true, channel, first, data);
    const T scale = static_cast<T>(slab.scale);
    group.ForEach(slab.size(), [&](int t) {
      const int place = slab.by_width(t), lane = t - place * slab.width;
      if (first + lane >= slab.lanes) return;
      const Index row = static_cast<Index>(slab.PixelAt(place)) * slab.channels + channel,
                  at = row * slab.lanes + first + lane;
      if (kInverse) {
        slab.out_as<T>()[at] = {scale * data[t].re, scale * data[t].im};
      } else {
        data[t] = slab.in_as<T>()[at];
      }
    });
    if (!kInverse) TransformSlab<T>(slab, false, channel, first, data);
  }
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_TORUS_FUNCTORS_H_
