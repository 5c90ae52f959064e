#include "mondeq/device/cuda/inverse.h"

namespace mondeq {
namespace {

// The largest block that is inverted in shared memory: 16 KiB of double.
constexpr Index kBlock = 32;

// Gauss-Jordan elimination, a pivot after the other. Complex numbers are pairs.
template <class T>
struct InvertBlock {
  static constexpr int kThreads = 256;

  int n;
  T* data;
  Index ld, stride;

  static std::size_t SharedBytes(Index n) {
    return static_cast<std::size_t>(2 * n * (n + 2)) * sizeof(T);
  }

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index b) const {
    T *a = group.shared<T>(), *row = a + 2 * n * n, *column = row + 2 * n;
    T* matrix = data + b * stride * 2;
    group.ForEach(2 * n * n, [&](int t) {
      const int i = t / (2 * n), e = t % (2 * n);
      a[t] = matrix[i * ld * 2 + e];
    });
    for (int p = 0; p < n; ++p) {
      group.ForEach(n, [&](int t) { TakePivot(p, t, a, row, column); });
      group.ForEach(n * n, [&](int t) { Eliminate(p, t / n, t % n, row, column, a); });
    }
    group.ForEach(2 * n * n, [&](int t) {
      const int i = t / (2 * n), e = t % (2 * n);
      matrix[i * ld * 2 + e] = a[t];
    });
  }

 private:
  // row = the pivot's row over the pivot, column = its column.
  MONDEQ_HOST_DEVICE void TakePivot(int p, int t, const T* a, T* row, T* column) const {
    const T* pivot = a + 2 * (p * n + p);
    const T scale = T{1} / (pivot[0] * pivot[0] + pivot[1] * pivot[1]);
    const T re = pivot[0] * scale, im = -pivot[1] * scale;
    const T *here = a + 2 * (p * n + t), *there = a + 2 * (t * n + p);
    row[2 * t] = t == p ? re : here[0] * re - here[1] * im;
    row[2 * t + 1] = t == p ? im : here[0] * im + here[1] * re;
    column[2 * t] = there[0];
    column[2 * t + 1] = there[1];
  }

  MONDEQ_HOST_DEVICE void Eliminate(int p, int i, int j, const T* row, const T* column,
                                    T* a) const {
    T* x = a + 2 * (i * n + j);
    const T *r = row + 2 * j, *c = column + 2 * i;
    if (i == p) {
      x[0] = r[0];
      x[1] = r[1];
    } else {
      x[0] = (j == p ? T{0} : x[0]) - (c[0] * r[0] - c[1] * r[1]);
      x[1] = (j == p ? T{0} : x[1]) - (c[0] * r[1] + c[1] * r[0]);
    }
  }
};

}  // namespace

template <class T>
void InvertBatch(CudaContext& context, Index count, Index n, const Matrices<std::complex<T>>& a,
                 std::complex<T>* scratch) {
  using S = std::complex<T>;
  if (n <= kBlock) {
    using Inverter = InvertBlock<T>;
    LaunchGroups(context.stream(), count, Inverter::kThreads, Inverter::SharedBytes(n),
                 Inverter{static_cast<int>(n), reinterpret_cast<T*>(a.data), a.ld, a.stride});
    return;
  }
  const Index h = n / 2, g = n - h;
  const auto part = [&](Index row, Index column) {
    return Matrices<S>{a.data + row * a.ld + column, a.ld, a.stride};
  };
  const Matrices<S> x = part(0, 0), b = part(0, h), c = part(h, 0), y = part(h, h);
  const Matrices<S> cx{scratch, h, g * h}, xb{scratch + count * g * h, g, h * g};
  S* deeper = scratch + 2 * count * g * h;
  InvertBatch(context, count, h, x, deeper);
  Multiply(context, count, g, h, h, S{1}, c, x, S{0}, cx);
  Multiply(context, count, g, g, h, S{-1}, cx, b, S{1}, y);
  InvertBatch(context, count, g, y, deeper);
  Multiply(context, count, h, g, h, S{1}, x, b, S{0}, xb);
  Multiply(context, count, h, g, g, S{-1}, xb, y, S{0}, b);
  Multiply(context, count, g, h, g, S{-1}, y, cx, S{0}, c);
  Multiply(context, count, h, h, g, S{-1}, xb, c, S{1}, x);
}

template void InvertBatch(CudaContext&, Index, Index, const Matrices<std::complex<float>>&,
                          std::complex<float>*);
template void InvertBatch(CudaContext&, Index, Index, const Matrices<std::complex<double>>&,
                          std::complex<double>*);

}  // namespace mondeq
