#include "mondeq/operators/taps.h"

#include <algorithm>

#include "mondeq/device/for_each.h"

namespace mondeq {
namespace {

// One tap as a matrix.
Tensor Tap(const Tensor& taps, Index t) {
  const Index m = taps.shape()[2], n = taps.shape()[3];
  return taps.View({m, n}, t * m * n);
}

Index Size(const Tensor& taps) { return taps.shape()[0]; }

// Calls f(e, e + d, d), as indices of taps, for all offsets e and e + d of a kernel of size k.
template <class F>
void ForEveryOffsetPair(Index k, F&& f) {
  const Index wide = 2 * k - 1;
  for (Index ey = 0; ey < k; ++ey) {
    for (Index ex = 0; ex < k; ++ex) {
      for (Index hy = 0; hy < k; ++hy) {
        for (Index hx = 0; hx < k; ++hx) {
          f(ey * k + ex, hy * k + hx, (hy - ey + k - 1) * wide + hx - ex + k - 1);
        }
      }
    }
  }
}

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

// to[e] = keep to[e] + from[e] + sign from[-e]', plus diagonal I at e = 0, over the offsets of the
// smaller of both.
template <class T>
struct CombineWithTransposed {
  Index small, from_size, to_size, n;
  T keep, sign, diagonal;
  const T* from;
  T* to;

  MONDEQ_HOST_DEVICE void operator()(Index i) const {
    const Index element = i % (n * n), row = element / n, column = element % n;
    const Index tap = i / (n * n), y = tap / small - small / 2, x = tap % small - small / 2;
    const Index center = from_size / 2, target = to_size / 2;
    const Index here = (center + y) * from_size + center + x,
                there = (center - y) * from_size + center - x;
    const Index out = ((target + y) * to_size + target + x) * n * n + element;
    T value = from[here * n * n + element] + sign * from[there * n * n + column * n + row];
    if (y == 0 && x == 0 && row == column) value += diagonal;
    to[out] = keep * to[out] + value;
  }
};

void Combine(Device& device, double keep, double sign, double diagonal, const Tensor& from,
             const Tensor& to) {
  const Index small = std::min(Size(from), Size(to)), n = from.shape()[2];
  DispatchFloat(from.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if (keep == 0) device.Fill(0, to);
    ForEach(device, small * small * n * n,
            CombineWithTransposed<T>{small, Size(from), Size(to), n, static_cast<T>(keep),
                                     static_cast<T>(sign), static_cast<T>(diagonal), from.data<T>(),
                                     to.data<T>()});
  });
}

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

void AddGram(Device& device, double factor, const Tensor& a, const Tensor& w) {
  ForEveryOffsetPair(Size(a), [&](Index e, Index shifted, Index d) {
    device.MatMul(factor, Tap(a, e), Transpose::kYes, Tap(a, shifted), Transpose::kNo, 1,
                  Tap(w, d));
  });
}

void AddSkew(Device& device, double diagonal, const Tensor& b, const Tensor& w) {
  Combine(device, 1, -1, diagonal, b, w);
}

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
                    const Tensor& da) {
  Combine(device, 0, 1, 0, g, work);
  device.Fill(0, da);
  // e = (e - d) + d: the pair of offsets e - d, e of A.
  ForEveryOffsetPair(Size(a), [&](Index without, Index e, Index d) {
    device.MatMul(-1, Tap(a, without), Transpose::kNo, Tap(work, d), Transpose::kNo, 1, Tap(da, e));
  });
}

void GradientOfSkew(Device& device, const Tensor& g, const Tensor& db) {
  Combine(device, 0, -1, 0, g, db);
}

}  // namespace mondeq
