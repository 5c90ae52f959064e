#include "mondeq/device/cuda/inverse.h"

#include <type_traits>

#include "mondeq/device/complex.h"

namespace mondeq {
namespace {

// Inverts a matrix that fits shared memory. X is a number of a functor.
template <class X>
struct InvertBlock {
  static constexpr int kThreads = Elimination<X>::kThreads;

  int n;
  X* data;
  Index ld, stride;

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index b) const {
    Elimination<X> elimination(group, n);
    X *matrix = data + b * stride, *a = elimination.matrix();
    group.ForEach(n * n, [&](int t) { a[t] = matrix[t / n * ld + t % n]; });
    elimination.Invert();
    group.ForEach(n * n, [&](int t) { matrix[t / n * ld + t % n] = a[t]; });
  }
};

}  // namespace

template <class S>
void InvertBatch(CudaContext& context, Index count, Index n, const Matrices<S>& a, S* scratch) {
  auto* data = ForFunctor(a.data);
  using X = std::remove_pointer_t<decltype(data)>;
  if (InvertsInSharedMemory<X>(context, n)) {
    LaunchGroups(context.stream(), count, Elimination<X>::Threads(count, n),
                 Elimination<X>::SharedBytes(n),
                 InvertBlock<X>{static_cast<int>(n), data, a.ld, a.stride});
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

#define MONDEQ_INSTANTIATE(S) \
  template void InvertBatch(CudaContext&, Index, Index, const Matrices<S>&, S*);

MONDEQ_INSTANTIATE(float)
MONDEQ_INSTANTIATE(double)
MONDEQ_INSTANTIATE(std::complex<float>)
MONDEQ_INSTANTIATE(std::complex<double>)

}  // namespace mondeq
