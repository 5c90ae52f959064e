#include "mondeq/device/cpu/cpu_products.h"

#include <algorithm>

#include "mondeq/device/cpu/flush_denormals.h"
#include "mondeq/device/cpu/kernels/kernels.h"
#include "mondeq/device/cpu/partition.h"
#include "mondeq/device/cpu/real_inverse.h"
#include "mondeq/device/host_memory.h"

namespace mondeq {
namespace {

// Below this many multiply-adds a product is faster on one thread than shared out.
constexpr double kParallelWork = 300e3;

// The last two extents of a tensor, and those before: one matrix, or a batch of them.
struct BatchShape {
  explicit BatchShape(const Tensor& x)
      : count(x.shape().rank() == 3 ? x.shape()[0] : 1),
        rows(x.shape()[x.shape().rank() - 2]),
        columns(x.shape()[x.shape().rank() - 1]),
        stride(x.shape().rank() == 3 ? rows * columns : 0) {}

  Index count, rows, columns, stride;
};

// The parts of a sum over a batch.
constexpr Index kSumParts = 16;

void Reserve(Index size, DType dtype, Tensor* memory) {
  if (memory->empty() || memory->dtype() != dtype || memory->size() < size)
    *memory = AllocateHost(dtype, {size});
}

double Work(Index m, Index n, Index k) {
  return static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
}

}  // namespace

CpuProducts::CpuProducts(Isa isa, ThreadPool* pool)
    : isa_(isa), pool_(*pool), blocks_(static_cast<std::size_t>(pool->threads())) {
  for (int i = 0; i < pool->threads(); ++i) {
    kernel_scratch_.push_back(
        AllocateHostBytes(static_cast<std::size_t>(RealProductScratch()) * sizeof(double)));
  }
}

void CpuProducts::MatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
                         double beta, const Tensor& c) {
  const Index m = c.rows(), n = c.columns(), k = ta == Transpose::kNo ? a.columns() : a.rows();
  MONDEQ_CHECK(a.size() == m * k && b.size() == k * n);
  DispatchFloat(c.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Operand<T> x{a.data<T>(), a.columns(), ta}, y{b.data<T>(), b.columns(), tb};
    T* z = c.data<T>();
    const T s = static_cast<T>(alpha), t = static_cast<T>(beta);
    const Index longer = std::max(m, n);
    Split(&pool_, longer, Work(m, n, k) < kParallelWork ? longer : kLaneUnit,
          [&](int task, Index begin, Index end) {
            if (n >= m) {
              Product<T>(task, s, x, y.Columns(begin), t, z + begin, n, m, k, end - begin);
            } else {
              Product<T>(task, s, x.Rows(begin), y, t, z + begin * n, n, end - begin, k, n);
            }
          });
  });
}

void CpuProducts::BatchedMatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b,
                                Transpose tb, double beta, const Tensor& c) {
  const BatchShape sa(a), sb(b), sc(c);
  const Index count = std::max({sa.count, sb.count, sc.count}), m = sc.rows, n = sc.columns;
  const Index k = ta == Transpose::kNo ? sa.columns : sa.rows;
  DispatchFloat(c.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T s = static_cast<T>(alpha), t = static_cast<T>(beta);
    const auto product = [&](int worker, Index i, T keep, T* target) {
      Product<T>(worker, s, {a.data<T>() + i * sa.stride, sa.columns, ta},
                 {b.data<T>() + i * sb.stride, sb.columns, tb}, keep, target, n, m, k, n);
    };
    if (sc.stride == 0 && count > 1) {
      return SumOfProducts<T>(count, t, c,
                              [&](int worker, Index i, T* sum) { product(worker, i, T{1}, sum); });
    }
    const auto grain = static_cast<Index>(kParallelWork / (Work(m, n, k) + 1)) + 1;
    Split(&pool_, count, grain, [&](int task, Index begin, Index end) {
      for (Index i = begin; i < end; ++i) product(task, i, t, c.data<T>() + i * sc.stride);
    });
  });
}

// Each part of the batch has a sum of its own; these are added up in order: the same for every
// number of threads.
template <class T, class F>
void CpuProducts::SumOfProducts(Index count, T beta, const Tensor& c, const F& product) {
  const FlushDenormals flush;
  const Index size = c.size(), part = CeilDiv(count, kSumParts), parts = CeilDiv(count, part);
  Reserve(kSumParts * size, c.dtype(), &sums_);
  T* const sums = sums_.data<T>();
  pool_.Run(static_cast<int>(parts), [&](const ThreadPool::Task& task) {
    T* sum = sums + task.index * size;
    std::fill_n(sum, size, T{0});
    const Index end = std::min(count, (task.index + 1) * part);
    for (Index i = task.index * part; i < end; ++i) product(task.worker, i, sum);
  });
  T* out = c.data<T>();
  for (Index i = 0; i < size; ++i) {
    T sum = beta == T{0} ? T{0} : beta * out[i];
    for (Index p = 0; p < parts; ++p) sum += sums[p * size + i];
    out[i] = sum;
  }
}

void CpuProducts::MultiplyThenMap(const Tensor& m, Transpose tm, const Tensor& x,
                                  const BlockMap& map) {
  const Index dim = x.rows(), batch = x.columns();
  MONDEQ_CHECK(m.rows() == dim && m.columns() == dim);
  const Index lanes = LanesPerBlock(pool_, batch);
  ReserveBlocks(dim * lanes, x.dtype());
  DispatchFloat(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Operand<T> matrix{m.data<T>(), dim, tm};
    pool_.Run(static_cast<int>(CeilDiv(batch, lanes)), [&](const ThreadPool::Task& share) {
      const int task = share.index;
      const Index first = task * lanes, count = std::min(lanes, batch - first);
      T *state = x.data<T>() + first, *v = BlockOf<T>(task);
      Product<T>(task, T{1}, matrix, {state, batch, Transpose::kNo}, T{0}, v, count, dim, dim,
                 count);
      Block block;
      block.v = v;
      block.rows = dim;
      block.lanes = block.stride = count;
      block.first_lane = first;
      map(block);
      for (Index i = 0; i < dim; ++i) std::copy_n(v + i * count, count, state + i * batch);
    });
  });
}

void CpuProducts::InvertInPlace(const Tensor& x) {
  const FlushDenormals flush;
  const Index n = x.rows();
  pivots_.resize(static_cast<std::size_t>(n));
  DispatchFloat(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ReserveBlocks(RealInverse<T>::kBlock * n, x.dtype());
    T *values = x.data<T>(), *rows = BlockOf<T>(0);
    RealInverse<T>(n, values, rows, pivots_.data())
        .Run([&](Index first, Index k, Index begin, Index end) {
          const Index columns = end - begin;
          const Operand<T> block{values + first, n, Transpose::kNo};
          Split(&pool_, columns, Work(n, columns, k) < kParallelWork ? columns : kLaneUnit,
                [&](int task, Index from, Index to) {
                  Product<T>(task, T{1}, block, {rows + begin + from, n, Transpose::kNo}, T{1},
                             values + begin + from, n, n, k, to - from);
                });
        });
  });
}

template <class T>
void CpuProducts::Product(int worker, T alpha, const Operand<T>& a, const Operand<T>& b, T beta,
                          T* c, Index c_stride, Index m, Index k, Index n) {
  T* scratch = static_cast<T*>(kernel_scratch_[static_cast<std::size_t>(worker)].get());
  GetKernels<T>(isa_).real_product({m, n, k, alpha, a.data, a.stride, a.transposed(), b.data,
                                    b.stride, b.transposed(), beta, c, c_stride, scratch});
}

void CpuProducts::ReserveBlocks(Index size, DType dtype) {
  for (Tensor& block : blocks_) Reserve(size, dtype, &block);
}

}  // namespace mondeq
