#include "mondeq/operators/taps.h"

#include <algorithm>

#include "mondeq/device/for_each.h"
#include "mondeq/operators/swap_axes.h"

namespace mondeq {
namespace {

// One tap as a matrix.
Tensor Tap(const Tensor& taps, Index t) {
  const Index m = taps.shape()[2], n = taps.shape()[3];
  return taps.View({m, n}, t * m * n);
}

Index Size(const Tensor& taps) { return taps.shape()[0]; }

// to[t][i] = from[i][t] for `count` taps of `size` elements, or back.
template <class T>
struct Permute {
  Index count, size;
  bool to_taps;
  const T* from;
  T* to;

  MONDEQ_HOST_DEVICE void operator()(Index i) const {
    const Index tap = i / size, element = i % size;
    const Index kernel = element * count + tap;
    if (to_taps) {
      to[i] = from[kernel];
    } else {
      to[kernel] = from[i];
    }
  }
};

void PermuteTaps(Device& device, const Tensor& from, const Tensor& to, Index count, bool to_taps) {
  DispatchFloat(from.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEach(device, from.size(),
            Permute<T>{count, from.size() / count, to_taps, from.data<T>(), to.data<T>()});
  });
}

// to[e] = keep to[e] + from[e] + sign from[-e]' for the offsets e that both arrays have.
template <class T>
struct CombineWithTransposed {
  Index small, from_size, to_size, n;
  T keep, sign;
  const T* from;
  T* to;

  MONDEQ_HOST_DEVICE void operator()(Index i) const {
    const Index element = i % (n * n), row = element / n, column = element % n;
    const Index tap = i / (n * n), y = tap / small - small / 2, x = tap % small - small / 2;
    const Index center = from_size / 2, target = to_size / 2;
    const Index here = (center + y) * from_size + center + x,
                there = (center - y) * from_size + center - x;
    const Index out = ((target + y) * to_size + target + x) * n * n + element;
    const T value = from[here * n * n + element] + sign * from[there * n * n + column * n + row];
    to[out] = keep * to[out] + value;
  }
};

void Combine(Device& device, double keep, double sign, const Tensor& from, const Tensor& to) {
  const Index small = std::min(Size(from), Size(to)), n = from.shape()[2];
  DispatchFloat(from.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if (keep == 0) device.Fill(0, to);
    ForEach(device, small * small * n * n,
            CombineWithTransposed<T>{small, Size(from), Size(to), n, static_cast<T>(keep),
                                     static_cast<T>(sign), from.data<T>(), to.data<T>()});
  });
}

// The taps beside each other, [m, taps * n].
const Tensor& TapRows(Device& device, const Tensor& taps, TapScratch* scratch) {
  const Index count = Size(taps) * Size(taps), m = taps.shape()[2], n = taps.shape()[3];
  const Tensor& rows = scratch->rows.Get(device, taps.dtype(), {m, count * n});
  SwapAxes(device, count, m, n, taps, rows);
  return rows;
}

// Room for an n x n matrix for every pair of taps, [taps * n, taps * n].
const Tensor& AllPairs(Device& device, const Tensor& taps, TapScratch* scratch) {
  const Index size = Size(taps) * Size(taps) * taps.shape()[3];
  return scratch->products.Get(device, taps.dtype(), {size, size});
}

// w[d] += factor sum_e pairs[e, e + d], over the offsets e and e + d of a kernel of size k.
template <class T>
struct AddPairs {
  Index k, n;
  T factor;
  const T* pairs;
  T* w;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const Index wide = 2 * k - 1, d = row / n, i = row % n;
    const Index dy = d / wide - (k - 1), dx = d % wide - (k - 1);
    for (Index e = 0; e < k * k; ++e) {
      const Index hy = e / k + dy, hx = e % k + dx;
      if (hy < 0 || hy >= k || hx < 0 || hx >= k) continue;
      const T* pair = pairs + ((e * n + i) * k * k + hy * k + hx) * n;
      for (Index j = begin; j < end; ++j) w[row * n + j] += factor * pair[j];
    }
  }
};

// pairs[e, h] = w[h - e]
template <class T>
struct SpreadPairs {
  Index k, n;
  const T* w;
  T* pairs;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const Index wide = 2 * k - 1, h = row % (k * k), i = row / (k * k) % n, e = row / (k * k) / n;
    const Index d = (h / k - e / k + k - 1) * wide + h % k - e % k + k - 1;
    const T* from = w + (d * n + i) * n;
    for (Index j = begin; j < end; ++j) pairs[row * n + j] = from[j];
  }
};

// x += value I, for an [n, n] matrix.
template <class T>
struct AddDiagonal {
  Index n;
  T value;
  T* x;

  MONDEQ_HOST_DEVICE void operator()(Index i) const { x[i * n + i] += value; }
};

}  // namespace

void KernelToTaps(Device& device, const Tensor& kernel, const Tensor& taps) {
  PermuteTaps(device, kernel, taps, Size(taps) * Size(taps), true);
}

void TapsToKernel(Device& device, const Tensor& taps, const Tensor& kernel) {
  PermuteTaps(device, taps, kernel, Size(taps) * Size(taps), false);
}

void AddGram(Device& device, double factor, const Tensor& a, TapScratch* scratch, const Tensor& w) {
  const Index k = Size(a), n = a.shape()[3];
  const Tensor& rows = TapRows(device, a, scratch);
  const Tensor& products = AllPairs(device, a, scratch);
  device.MatMul(1, rows, Transpose::kYes, rows, Transpose::kNo, 0, products);
  DispatchFloat(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEachRow(device, Size(w) * Size(w) * n, n,
               AddPairs<T>{k, n, static_cast<T>(factor), products.data<T>(), w.data<T>()});
  });
}

void AddSkew(Device& device, const Tensor& b, const Tensor& w) { Combine(device, 1, -1, b, w); }

void ScaleAndShiftTaps(Device& device, double factor, double identity, const Tensor& taps) {
  const Index n = taps.shape()[2];
  device.Axpby(factor, taps, 0, taps);
  DispatchFloat(taps.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEach(device, n,
            AddDiagonal<T>{n, static_cast<T>(identity),
                           Tap(taps, Size(taps) * Size(taps) / 2).template data<T>()});
  });
}

void GradientOfGram(Device& device, const Tensor& a, const Tensor& g, const Tensor& work,
                    TapScratch* scratch, const Tensor& da) {
  const Index k = Size(a), n = a.shape()[3];
  Combine(device, 0, 1, g, work);
  const Tensor& rows = TapRows(device, a, scratch);
  const Tensor& pairs = AllPairs(device, a, scratch);
  const Tensor& gradient_rows = scratch->gradient_rows.Get(device, a.dtype(), rows.shape());
  DispatchFloat(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEachRow(device, k * k * n * k * k, n, SpreadPairs<T>{k, n, work.data<T>(), pairs.data<T>()});
  });
  device.MatMul(-1, rows, Transpose::kNo, pairs, Transpose::kNo, 0, gradient_rows);
  SwapAxes(device, a.shape()[2], k * k, n, gradient_rows, da);
}

void GradientOfSkew(Device& device, const Tensor& g, const Tensor& db) {
  Combine(device, 0, -1, g, db);
}

}  // namespace mondeq
