// TorusOf's part that makes the matrices of kernels, their inverses and norms.
#include <cmath>
#include <complex>

#include "Eigen/Core"
#include "mondeq/device/cpu/torus/torus_of.h"
#include "mondeq/device/matrix_norm.h"

namespace mondeq {
namespace {

// packed = taps [taps][m][n] as real panels, [taps][panel][n][kPanel].
template <class T>
void PackTaps(const T* taps, Index count, Index m, Index n, T* packed) {
  for (Index tap = 0; tap < count; ++tap, taps += m * n) {
    for (Index row = 0; row < m; row += kPanel) {
      for (Index column = 0; column < n; ++column) {
        for (Index i = 0; i < kPanel; ++i)
          *packed++ = row + i < m ? taps[(row + i) * n + column] : T{0};
      }
    }
  }
}

}  // namespace

// A task is a column of frequencies: it sums over the taps of each row of a kernel, then over the
// rows. Columns of which no matrix is stored, or in the part, are left out.
template <class T>
void TorusOf<T>::KernelMatrices(const T* taps, Index size, Index m, Index n, bool sampled,
                                Part part, T* matrices) {
  const Index rows = frequencies_.rows(), columns = frequencies_.columns();
  const Index panels = CeilDiv(m, kPanel), tap_size = panels * n * kPanel;
  const MatrixFormat format = sampled ? MatrixFormat::Sampled(m, n) : MatrixFormat::Circular(m, n);
  T* packed = packed_taps_.Get(size * size * tap_size);
  PackTaps(taps, size * size, m, n, packed);
  const Index pairs = sampled ? half().pairs() : frequencies_.pairs();
  // The place of the matrix of a frequency, or -1 for one that is not to be made.
  const auto place = [&](Index y, Index x) {
    const Index f = frequencies_.At(y, x);
    const Frequencies::Stored stored =
        sampled ? half().stored(frequencies_.Folded(f)) : frequencies_.stored(f);
    const bool made =
        !stored.conjugate && stored.pair >= part.Begin(pairs) && stored.pair < part.End(pairs);
    return made ? stored.pair : Index{-1};
  };
  ForEveryTask(columns, [&](Worker& worker, Index x, Index) {
    Index first = 0;
    while (first < rows && place(first, x) < 0) ++first;
    if (first == rows) return;
    T* partial = worker.matrix.Get(2 * size * tap_size);
    const auto count = static_cast<std::size_t>(size);
    // Kernels are small: so many taps in a row are enough.
    std::array<const T*, 64> from = {};
    std::array<T, 128> roots = {};
    const auto set_root = [&](Index i, const std::array<T, 2>& root) {
      roots[static_cast<std::size_t>(2 * i)] = root[0];
      roots[static_cast<std::size_t>(2 * i + 1)] = root[1];
    };
    MONDEQ_CHECK(count <= from.size());
    for (Index dx = 0; dx < size; ++dx) set_root(dx, Root<T>(x * (dx - size / 2), columns));
    for (Index dy = 0; dy < size; ++dy) {
      for (Index dx = 0; dx < size; ++dx)
        from[static_cast<std::size_t>(dx)] = packed + (dy * size + dx) * tap_size;
      kernels_.sum_taps({from.data(), roots.data(), static_cast<int>(size), false, panels * n,
                         partial + 2 * dy * tap_size});
    }
    for (Index y = first; y < rows; ++y) {
      const Index pair = place(y, x);
      if (pair < 0) continue;
      const Index block = sampled ? 2 * (2 * y >= rows) + (2 * x >= columns) : 0;
      T* to = matrices + pair * format.size() + block * n * 2 * kPanel;
      for (Index dy = 0; dy < size; ++dy) set_root(dy, Root<T>(y * (dy - size / 2), rows));
      for (Index panel = 0; panel < panels; ++panel) {
        for (Index dy = 0; dy < size; ++dy)
          from[static_cast<std::size_t>(dy)] = partial + 2 * (dy * tap_size + panel * n * kPanel);
        kernels_.sum_taps({from.data(), roots.data(), static_cast<int>(size), true, n,
                           to + panel * format.column_count() * 2 * kPanel});
      }
    }
  });
}

template <class T>
void TorusOf<T>::InvertMatrices(Index n, T factor, T identity, Part part, T* matrices) {
  const MatrixFormat format = MatrixFormat::Circular(n, n);
  const Index stride = CeilDiv(n, kGroup) * kGroup;
  ForEveryPair(frequencies_, part, [&](Worker& worker, Index pair) {
    T* re = worker.matrix.Get(2 * n * stride);
    const PlanarMatrix<T> matrix{
        matrices + pair * format.size(), 1, n, n, re, re + n * stride, stride, factor, identity};
    kernels_.unpack_panels(matrix);
    kernels_.complex_inverse(
        {n, stride, matrix.re, matrix.im, worker.scratch.Get(ComplexInverseScratch(n, stride))});
    kernels_.pack_panels(matrix);
  });
}

// Adds the transposes of C's blocks to that of S, [4n][stride].
template <class T>
void TorusOf<T>::AddCircular(const BlocksOf& parts, Index pair, T* re, T* im, Index stride,
                             T* planar) {
  const Index n = parts.n;
  const std::array<Index, 4> aliases = frequencies_.Aliases(half().pair(pair).f);
  for (Index block = 0; block < 4; ++block) {
    const Frequencies::Stored stored =
        frequencies_.stored(aliases[static_cast<std::size_t>(block)]);
    // The kernel only reads these panels.
    T* panels = const_cast<T*>(parts.circular) + stored.pair * MatrixFormat::Circular(n, n).size();
    kernels_.unpack_panels({panels, 1, n, n, planar, planar + n * n, n, T{1}, T{0}});
    const T sign = stored.conjugate ? T{-1} : T{1};
    for (Index k = 0; k < n; ++k) {
      const Index to = (block * n + k) * stride + block * n;
      for (Index i = 0; i < n; ++i) {
        re[to + i] += planar[k * n + i];
        im[to + i] += sign * planar[(n + k) * n + i];
      }
    }
  }
}

// re, im = the transpose of c/4 D^H D: its rows are columns of D, as points of the gram kernel.
template <class T>
void TorusOf<T>::MakeDownGram(const BlocksOf& parts, Index pair, Worker* worker, T* re,
                              Index stride) {
  const MatrixFormat format = MatrixFormat::Sampled(parts.m, parts.n);
  const Index columns = format.column_count(), panels = CeilDiv(parts.m, kPanel);
  const Index groups = CeilDiv(parts.m, kGroup);
  T* points = worker->points.Get(columns * groups * kPoint);
  std::fill_n(points, columns * groups * kPoint, T{0});
  const T* from = parts.sampled + pair * format.size();
  for (Index panel = 0; panel < panels; ++panel) {
    for (Index column = 0; column < columns; ++column, from += 2 * kPanel) {
      T* to = points + column * groups * kPoint + panel / 2 * kPoint + panel % 2 * kPanel;
      std::copy_n(from, kPanel, to);
      std::copy_n(from + kPanel, kPanel, to + kGroup);
    }
  }
  kernels_.gram({{{points, points, false}},
                 1,
                 columns,
                 columns,
                 groups,
                 re,
                 stride,
                 worker->scratch.Get(GramScratch(columns, columns, groups)),
                 {}});
  // gram_kl = sum_i conj(D_ik) D_il is D^H D itself; its transpose is its conjugate.
  for (Index e = 0; e < columns * stride; ++e) {
    re[e] *= parts.c / 4;
    re[columns * stride + e] *= -parts.c / 4;
  }
}

template <class T>
void TorusOf<T>::MakeBlocks(const BlocksOf& parts, T* blocks) {
  const Index n = 4 * parts.n, stride = CeilDiv(n, kGroup) * kGroup;
  const MatrixFormat format = MatrixFormat::Blocks(parts.n);
  ForEveryPair(half(), parts.part, [&](Worker& worker, Index pair) {
    T* re = worker.matrix.Get(2 * n * stride + 2 * parts.n * parts.n);
    T* im = re + n * stride;
    MakeDownGram(parts, pair, &worker, re, stride);
    AddCircular(parts, pair, re, im, stride, im + n * stride);
    if (parts.invert) {
      kernels_.complex_inverse(
          {n, stride, re, im, worker.scratch.Get(ComplexInverseScratch(n, stride))});
    }
    kernels_.pack_panels({blocks + pair * format.size(), 4, parts.n, n, re, im, stride,
                          parts.factor, parts.identity});
  });
}

template <class T>
double TorusOf<T>::Norm(const T* matrices, Index m, Index n) {
  const MatrixFormat format = MatrixFormat::Circular(m, n);
  std::vector<double> norms(static_cast<std::size_t>(frequencies_.pairs()));
  ForEveryTask(frequencies_.pairs(), [&](Worker&, Index pair, Index) {
    Eigen::Matrix<std::complex<T>, Eigen::Dynamic, Eigen::Dynamic> matrix(m, n);
    const T* from = matrices + pair * format.size();
    for (Index row = 0; row < m; ++row) {
      const T* panel = from + row / kPanel * n * 2 * kPanel + row % kPanel;
      for (Index column = 0; column < n; ++column)
        matrix(row, column) = {panel[column * 2 * kPanel], panel[column * 2 * kPanel + kPanel]};
    }
    norms[static_cast<std::size_t>(pair)] = MatrixNorm<T>(matrix);
  });
  return LargestOrNan(norms);
}

#define MONDEQ_INSTANTIATE(T)                                                              \
  template void TorusOf<T>::KernelMatrices(const T*, Index, Index, Index, bool, Part, T*); \
  template void TorusOf<T>::InvertMatrices(Index, T, T, Part, T*);                         \
  template void TorusOf<T>::MakeBlocks(const BlocksOf&, T*);                               \
  template double TorusOf<T>::Norm(const T*, Index, Index);

MONDEQ_INSTANTIATE(float)
MONDEQ_INSTANTIATE(double)

}  // namespace mondeq
