// The gradient with respect to a kernel: sum over samples of u[p] z[p + d]' = 1/P sum over f of
// Re(conj(U_f) Z_f' exp(2 pi i f d)), the packing of two samples in one lane included: what it adds
// is imaginary. Separable in the two axes of d, and summed over pairs f, -f.
#include "mondeq/device/cpu/torus/torus_of.h"

namespace mondeq {

// The numbers of one frequency as the gram kernel takes them: points of one channel each.
template <class T>
const T* TorusOf<T>::GramOperand(const T* from, const SpectrumLayout& layout, T* points) {
  if (!layout.lanes_are_channels()) return from;
  std::fill_n(points, layout.channels * kPoint, T{0});
  for (Index i = 0; i < layout.channels; ++i) {
    const T* channel = from + i / kGroup * kPoint + i % kGroup;
    points[i * kPoint] = channel[0];
    points[i * kPoint + kGroup] = channel[kGroup];
  }
  return points;
}

// A gram has two parts for every share, a frequency and its negative, and two operands for each.
static_assert(2 * SpectrumLayout::kMostShares <= Gram<float>::kMostParts &&
                  4 * SpectrumLayout::kMostShares <= PrefetchList::kMost,
              "a gram has more parts than room");

// gram = conj(U_f) Z_f' + the conjugate of that of -f. Fetches what pair `next` needs, unless -1.
template <class T>
void TorusOf<T>::GramOfPair(const Correlation& c, Index pair, Index next, Worker* worker, T* gram,
                            Index stride) {
  const Index m = c.of_u.channels, n = c.of_z.channels;
  T* points = worker->points.Get(2 * c.of_z.shares * (m + n) * kPoint);
  Gram<T> product = {};
  // All samples of one, then all of the other: sums do not depend on how many shares there are.
  const auto for_each_part = [&](const Frequencies::Pair& frequencies, auto&& f) {
    for (const bool negative : {false, true}) {
      if (negative && frequencies.own_negative()) continue;
      for (Index share = 0; share < c.of_z.shares; ++share)
        f(share, negative ? frequencies.negative : frequencies.f, negative);
    }
  };
  const auto of_u = [&](Index share, Index f) {
    const Index count = c.sampled ? half().count() : frequencies_.count();
    return c.u + (share * count + (c.sampled ? frequencies_.Folded(f) : f)) * c.of_u.stride();
  };
  const auto of_z = [&](Index share, Index f) {
    return c.z + (share * frequencies_.count() + f) * c.of_z.stride();
  };
  for_each_part(frequencies_.pair(pair), [&](Index share, Index f, bool negative) {
    GramPart<T>& part = product.parts[product.part_count++];
    part.u = GramOperand(of_u(share, f), c.of_u, points);
    points += m * kPoint;
    part.z = GramOperand(of_z(share, f), c.of_z, points);
    points += n * kPoint;
    part.negative = negative;
  });
  if (next >= 0) {
    for_each_part(frequencies_.pair(next), [&](Index share, Index f, bool) {
      product.prefetch.Add(of_u(share, f), Bytes(c.of_u.stride()));
      product.prefetch.Add(of_z(share, f), Bytes(c.of_z.stride()));
    });
  }
  product.m = m;
  product.n = n;
  product.groups = c.of_z.groups();
  product.gram = gram;
  product.stride = stride;
  product.scratch = worker->scratch.Get(GramScratch(m, n, product.part_count * product.groups));
  kernels_.gram(product);
}

// sums[dy] = sum over the stored frequencies f = (y, x) of exp(2 pi i y dy / rows) gram_f, a few at
// a time.
template <class T>
void TorusOf<T>::CorrelateColumn(const Correlation& c, Index x, Index stride, Worker* worker,
                                 T* sums) {
  constexpr Index kMost = ComplexSums<T>::kMost;
  const Index rows = frequencies_.rows(), plane = c.of_u.channels * stride;
  std::fill_n(sums, c.size * 2 * plane, T{0});
  T* grams = worker->matrix.Get(kMost * 2 * (plane + c.size));
  T* roots = grams + kMost * 2 * plane;
  ComplexSums<T> sum{static_cast<int>(c.size), 0, roots, plane, grams, 2 * plane, sums};
  for (Index y = 0; y < rows; ++y) {
    const Frequencies::Stored stored = frequencies_.stored(frequencies_.At(y, x));
    if (stored.conjugate) continue;
    if (sum.sources == kMost) {
      kernels_.add_scaled(sum);
      sum.sources = 0;
    }
    const Index next = stored.pair + 1 < frequencies_.pairs() ? stored.pair + 1 : -1;
    GramOfPair(c, stored.pair, next, worker, grams + sum.sources * 2 * plane, stride);
    for (Index dy = 0; dy < c.size; ++dy) {
      const std::array<T, 2> root = Root<T>(y * (dy - c.size / 2), rows);
      std::copy_n(root.data(), 2, roots + 2 * (sum.sources * c.size + dy));
    }
    ++sum.sources;
  }
  kernels_.add_scaled(sum);
}

template <class T>
void TorusOf<T>::Correlate(const Correlation& c, T* taps) {
  const Index rows = frequencies_.rows(), columns = frequencies_.columns();
  MONDEQ_CHECK(!c.sampled || half_ != nullptr);
  const Index m = c.of_u.channels, n = c.of_z.channels;
  const Index stride = CeilDiv(n, kGroup) * kGroup, plane = m * stride;
  // Pairs are stored for these columns of frequencies only; the sums of each are [dy][re, im][m]
  // [stride].
  const Index stored_columns = columns / 2 + 1, column_size = c.size * 2 * plane;
  T* sums = sums_.Get(stored_columns * column_size);
  ForEveryTask(stored_columns, [&](Worker& worker, Index x, Index) {
    CorrelateColumn(c, x, stride, &worker, sums + x * column_size);
  });
  const T scale = c.alpha / static_cast<T>(rows * columns);
  ForEveryTask(c.size * c.size, [&](Worker& worker, Index tap, Index) {
    constexpr Index kMost = ComplexSums<T>::kMost;
    const Index dy = tap / c.size, dx = tap % c.size;
    T* sum = worker.matrix.Get(2 * plane);
    std::fill_n(sum, 2 * plane, T{0});
    for (Index first = 0; first < stored_columns; first += kMost) {
      const Index count = std::min(kMost, stored_columns - first);
      T roots[2 * kMost];
      for (Index x = 0; x < count; ++x) {
        const std::array<T, 2> root = Root<T>((first + x) * (dx - c.size / 2), columns);
        std::copy_n(root.data(), 2, roots + 2 * x);
      }
      kernels_.add_scaled({1, static_cast<int>(count), roots, plane,
                           sums + first * column_size + dy * 2 * plane, column_size, sum});
    }
    T* to = taps + tap * m * n;
    for (Index i = 0; i < m; ++i) {
      for (Index j = 0; j < n; ++j) {
        T& value = to[i * n + j];
        value = scale * sum[i * stride + j] + (c.beta == T{0} ? T{0} : c.beta * value);
      }
    }
  });
}

template void TorusOf<float>::Correlate(const Correlation&, float*);
template void TorusOf<double>::Correlate(const Correlation&, double*);

}  // namespace mondeq
