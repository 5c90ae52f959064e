// The gradient with respect to a kernel: sum over samples of u[p] z[p + d]' = 1/P sum over f of
// Re(conj(U_f) Z_f' exp(2 pi i f d)), the packing of two samples in one lane included: what it adds
// is imaginary. Separable in the two axes of d, and summed over pairs f, -f.
#include "mondeq/device/cpu/torus_of.h"

namespace mondeq {

// One frequency as the gram kernel takes it: points of one channel each.
template <class T>
const T* TorusOf<T>::GramOperand(const T* spectrum, const SpectrumLayout& layout, Index frequency,
                                 T* points) {
  const T* from = spectrum + frequency * layout.stride();
  if (!layout.lanes_are_channels()) return from;
  std::fill_n(points, layout.channels * kPoint, T{0});
  for (Index i = 0; i < layout.channels; ++i) {
    const T* channel = from + i / kGroup * kPoint + i % kGroup;
    points[i * kPoint] = channel[0];
    points[i * kPoint + kGroup] = channel[kGroup];
  }
  return points;
}

// gram = conj(U_f) Z_f' + the conjugate of that of -f. Fetches what pair `next` needs, unless -1.
template <class T>
void TorusOf<T>::GramOfPair(const Correlation& c, Index pair, Index next, Worker* worker, T* gram,
                            Index stride) {
  const SpectrumLayout of_u{c.m, c.batch}, of_z{c.n, c.batch};
  T* points = worker->points.Get(2 * (c.m + c.n) * kPoint);
  Gram<T> product = {};
  const Frequencies::Pair& frequencies = frequencies_.pair(pair);
  for (int side = 0; side < (frequencies.own_negative() ? 1 : 2); ++side) {
    const Index f = side == 0 ? frequencies.f : frequencies.negative;
    product.u[side] = GramOperand(c.u, of_u, c.sampled ? frequencies_.Folded(f) : f, points);
    points += c.m * kPoint;
    product.z[side] = GramOperand(c.z, of_z, f, points);
    points += c.n * kPoint;
  }
  if (next >= 0) {
    const Frequencies::Pair& soon = frequencies_.pair(next);
    for (Index f : {soon.f, soon.negative}) {
      const Index fu = c.sampled ? frequencies_.Folded(f) : f;
      product.prefetch.Add(c.u + fu * of_u.stride(), Bytes(of_u.stride()));
      product.prefetch.Add(c.z + f * of_z.stride(), Bytes(of_z.stride()));
    }
  }
  product.m = c.m;
  product.n = c.n;
  product.groups = of_z.groups();
  product.gram = gram;
  product.stride = stride;
  product.scratch = worker->scratch.Get(GramScratch(c.m, c.n, product.groups));
  kernels_.gram(product);
}

// sums[dx] = sum over the stored frequencies f = (y, x) of exp(2 pi i x dx / columns) gram_f, a few
// at a time.
template <class T>
void TorusOf<T>::CorrelateRow(const Correlation& c, Index y, Index stride, Worker* worker,
                              T* sums) {
  constexpr Index kMost = ComplexSums<T>::kMost;
  const Index columns = frequencies_.columns(), plane = c.m * stride;
  std::fill_n(sums, c.size * 2 * plane, T{0});
  T* grams = worker->matrix.Get(kMost * 2 * (plane + c.size));
  T* roots = grams + kMost * 2 * plane;
  ComplexSums<T> sum{static_cast<int>(c.size), 0, roots, plane, grams, 2 * plane, sums};
  for (Index x = 0; x < columns; ++x) {
    const Frequencies::Stored stored = frequencies_.stored(y * columns + x);
    if (stored.conjugate) continue;
    if (sum.sources == kMost) {
      kernels_.add_scaled(sum);
      sum.sources = 0;
    }
    const Index next = stored.pair + 1 < frequencies_.pairs() ? stored.pair + 1 : -1;
    GramOfPair(c, stored.pair, next, worker, grams + sum.sources * 2 * plane, stride);
    for (Index dx = 0; dx < c.size; ++dx) {
      const std::array<T, 2> root = Root<T>(x * (dx - c.size / 2), columns);
      std::copy_n(root.data(), 2, roots + 2 * (sum.sources * c.size + dx));
    }
    ++sum.sources;
  }
  kernels_.add_scaled(sum);
}

template <class T>
void TorusOf<T>::Correlate(const Correlation& c, T* taps) {
  const Index rows = frequencies_.rows(), columns = frequencies_.columns();
  MONDEQ_CHECK(!c.sampled || half_ != nullptr);
  const Index stride = CeilDiv(c.n, kGroup) * kGroup, plane = c.m * stride;
  // Pairs are stored for these rows of frequencies only. [row][dx][re, im][m][stride]
  const Index stored_rows = rows / 2 + 1, row_size = c.size * 2 * plane;
  T* sums = sums_.Get(stored_rows * row_size);
  ForEveryTask(stored_rows, [&](Worker& worker, Index y, Index) {
    CorrelateRow(c, y, stride, &worker, sums + y * row_size);
  });
  const T scale = c.alpha / static_cast<T>(rows * columns);
  ForEveryTask(c.size * c.size, [&](Worker& worker, Index tap, Index) {
    constexpr Index kMost = ComplexSums<T>::kMost;
    const Index dy = tap / c.size, dx = tap % c.size;
    T* sum = worker.matrix.Get(2 * plane);
    std::fill_n(sum, 2 * plane, T{0});
    for (Index first = 0; first < stored_rows; first += kMost) {
      const Index count = std::min(kMost, stored_rows - first);
      T roots[2 * kMost];
      for (Index y = 0; y < count; ++y) {
        const std::array<T, 2> root = Root<T>((first + y) * (dy - c.size / 2), rows);
        std::copy_n(root.data(), 2, roots + 2 * y);
      }
      kernels_.add_scaled({1, static_cast<int>(count), roots, plane,
                           sums + first * row_size + dx * 2 * plane, row_size, sum});
    }
    T* to = taps + tap * c.m * c.n;
    for (Index i = 0; i < c.m; ++i) {
      for (Index j = 0; j < c.n; ++j) {
        T& value = to[i * c.n + j];
        value = scale * sum[i * stride + j] + (c.beta == T{0} ? T{0} : c.beta * value);
      }
    }
  });
}

template void TorusOf<float>::Correlate(const Correlation&, float*);
template void TorusOf<double>::Correlate(const Correlation&, double*);

}  // namespace mondeq
