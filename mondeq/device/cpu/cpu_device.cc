#include "mondeq/device/cpu/cpu_device.h"

#include <sched.h>

#include <algorithm>
#include <cstring>

#include "mondeq/device/cpu/kernels/kernels.h"
#include "mondeq/device/cpu/real_inverse.h"
#include "mondeq/device/cpu/sums.h"
#include "mondeq/device/cpu/thread_pool.h"
#include "mondeq/device/cpu/torus/cpu_torus.h"
#include "mondeq/device/host_memory.h"
#include "mondeq/device/vectorize.h"

namespace mondeq {
namespace {

// Below this many multiply-adds a product is faster on one thread than shared out.
constexpr double kParallelWork = 300e3;
// So many elements are work enough for a thread, where little is done to each.
constexpr Index kElementGrain = 1 << 15;
// Half of a second-level cache of floats.
constexpr Index kStrip = 1 << 17;
// Lanes of a block are a multiple of a cache line of floats, where the batch allows it.
constexpr Index kLaneUnit = 16;

// A matrix in memory: element (i, j) at data[i * stride + j], or its transpose.
template <class T>
struct Operand {
  const T* data;
  Index stride;
  Transpose transpose;

  bool transposed() const { return transpose == Transpose::kYes; }
  Operand Rows(Index first) const {
    return {data + (transposed() ? first : first * stride), stride, transpose};
  }
  Operand Columns(Index first) const {
    return {data + (transposed() ? first * stride : first), stride, transpose};
  }
};

// The last two extents of a tensor, and those before: one matrix, or a batch of them.
struct BatchShape {
  explicit BatchShape(const Tensor& x)
      : count(x.shape().rank() == 3 ? x.shape()[0] : 1),
        rows(x.shape()[x.shape().rank() - 2]),
        columns(x.shape()[x.shape().rank() - 1]),
        stride(x.shape().rank() == 3 ? rows * columns : 0) {}

  Index count, rows, columns, stride;
};

double Work(Index m, Index n, Index k) {
  return static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
}

class CpuDevice final : public Device {
 public:
  explicit CpuDevice(int threads)
      : isa_(BestIsa()), pool_(threads), product_blocks_(static_cast<std::size_t>(threads)) {
    for (int i = 0; i < threads; ++i) {
      kernel_scratch_.push_back(
          AllocateHostBytes(static_cast<std::size_t>(RealProductScratch()) * sizeof(double)));
    }
  }

  std::unique_ptr<Torus> MakeTorus(Index rows, Index columns) override {
    return MakeCpuTorus(rows, columns, &pool_, isa_);
  }

  std::string Describe() const override {
    return absl::StrCat("cpu, ", pool_.threads(), pool_.threads() == 1 ? " thread" : " threads");
  }

  const Stream* stream() const override { return nullptr; }
  absl::Status status() override { return absl::OkStatus(); }
  DeviceMemory memory() const override { return {}; }
  std::unique_ptr<Device> MakePlan() const override { return nullptr; }

  Tensor Allocate(DType dtype, Shape shape) override { return AllocateHost(dtype, shape); }

  void CopyFromHost(const void* source, const Tensor& target) override {
    CopyInParts(source, target.raw(), target.bytes());
  }
  void CopyToHost(const Tensor& source, void* target) override {
    CopyInParts(source.raw(), target, source.bytes());
  }
  void Copy(const Tensor& source, const Tensor& target) override {
    MONDEQ_CHECK(source.bytes() == target.bytes());
    CopyInParts(source.raw(), target.raw(), source.bytes());
  }

  void Fill(double value, const Tensor& x) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      T* target = x.data<T>();
      ParallelFor(x.size(), kElementGrain, [=](Index begin, Index end) {
        Vectorized([=] { std::fill(target + begin, target + end, static_cast<T>(value)); });
      });
    });
  }

  void Axpby(double a, const Tensor& x, double b, const Tensor& y) override {
    MONDEQ_CHECK(x.size() == y.size());
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const T *source = x.data<T>(), s = static_cast<T>(a), t = static_cast<T>(b);
      T* target = y.data<T>();
      ParallelFor(x.size(), kElementGrain, [=](Index begin, Index end) {
        Vectorized([=] {
          if (t == T{0}) {
            for (Index i = begin; i < end; ++i) target[i] = s * source[i];
          } else {
            for (Index i = begin; i < end; ++i) target[i] = s * source[i] + t * target[i];
          }
        });
      });
    });
  }

  void MatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
              double beta, const Tensor& c) override {
    const Index m = c.rows(), n = c.columns(), k = ta == Transpose::kNo ? a.columns() : a.rows();
    MONDEQ_CHECK(a.size() == m * k && b.size() == k * n);
    DispatchFloat(c.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Operand<T> x{a.data<T>(), a.columns(), ta}, y{b.data<T>(), b.columns(), tb};
      T* z = c.data<T>();
      const T s = static_cast<T>(alpha), t = static_cast<T>(beta);
      const Index longer = std::max(m, n);
      Split(longer, Work(m, n, k) < kParallelWork ? longer : kLaneUnit,
            [&](int task, Index begin, Index end) {
              if (n >= m) {
                Product<T>(task, s, x, y.Columns(begin), t, z + begin, n, m, k, end - begin);
              } else {
                Product<T>(task, s, x.Rows(begin), y, t, z + begin * n, n, end - begin, k, n);
              }
            });
    });
  }

  void BatchedMatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
                     double beta, const Tensor& c) override {
    const BatchShape sa(a), sb(b), sc(c);
    const Index count = std::max({sa.count, sb.count, sc.count}), m = sc.rows, n = sc.columns;
    const Index k = ta == Transpose::kNo ? sa.columns : sa.rows;
    DispatchFloat(c.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const T s = static_cast<T>(alpha);
      const auto product = [&](int task, Index i, T keep, T* target) {
        Product<T>(task, s, {a.data<T>() + i * sa.stride, sa.columns, ta},
                   {b.data<T>() + i * sb.stride, sb.columns, tb}, keep, target, n, m, k, n);
      };
      if (sc.stride > 0 || count == 1) {
        const auto grain = static_cast<Index>(kParallelWork / (Work(m, n, k) + 1)) + 1;
        Split(count, grain, [&](int task, Index begin, Index end) {
          for (Index i = begin; i < end; ++i)
            product(task, i, static_cast<T>(beta), c.data<T>() + i * sc.stride);
        });
        return;
      }
      // A sum: each part of the batch has its own, added up in order.
      const Index parts = pool_.threads(), part = CeilDiv(count, parts);
      ReserveProductBlocks(m * n, c.dtype());
      pool_.Run(static_cast<int>(parts), [&](const ThreadPool::Task& share) {
        const int task = share.index;
        T* sum = product_blocks_[static_cast<std::size_t>(task)].template data<T>();
        std::fill_n(sum, m * n, T{0});
        for (Index i = task * part; i < std::min(count, (task + 1) * part); ++i)
          product(task, i, T{1}, sum);
      });
      T* out = c.data<T>();
      const T keep = static_cast<T>(beta);
      for (Index i = 0; i < m * n; ++i) out[i] = keep == T{0} ? T{0} : keep * out[i];
      for (const Tensor& sum : product_blocks_) {
        for (Index i = 0; i < m * n; ++i) out[i] += sum.data<T>()[i];
      }
    });
  }

  void Inverse(const Tensor& a, const Tensor& inverse) override {
    const Index n = a.rows();
    MONDEQ_CHECK(n == a.columns() && inverse.shape() == a.shape());
    Copy(a, inverse);
    pivots_.resize(static_cast<std::size_t>(n));
    DispatchFloat(a.dtype(), [&](auto zero) {
      using T = decltype(zero);
      ReserveProductBlocks(RealInverse<T>::kBlock * n, a.dtype());
      T *x = inverse.data<T>(), *rows = product_blocks_[0].data<T>();
      RealInverse<T>(n, x, rows, pivots_.data())
          .Run([&](Index first, Index k, Index begin, Index end) {
            const Index columns = end - begin;
            const Operand<T> block{x + first, n, Transpose::kNo};
            Split(columns, Work(n, columns, k) < kParallelWork ? columns : kLaneUnit,
                  [&](int task, Index from, Index to) {
                    Product<T>(task, T{1}, block, {rows + begin + from, n, Transpose::kNo}, T{1},
                               x + begin + from, n, n, k, to - from);
                  });
          });
    });
  }

  void MultiplyThenMap(const Tensor& m, Transpose tm, const Tensor& x,
                       const BlockMap& map) override {
    const Index dim = x.rows(), batch = x.columns();
    MONDEQ_CHECK(m.rows() == dim && m.columns() == dim);
    const Index lanes = LanesPerBlock(batch);
    ReserveProductBlocks(dim * lanes, x.dtype());
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Operand<T> matrix{m.data<T>(), dim, tm};
      pool_.Run(static_cast<int>(CeilDiv(batch, lanes)), [&](const ThreadPool::Task& share) {
        const int task = share.index;
        const Index first = task * lanes, count = std::min(lanes, batch - first);
        T* state = x.data<T>() + first;
        T* v = product_blocks_[static_cast<std::size_t>(task)].template data<T>();
        Product<T>(task, T{1}, matrix, {state, batch, Transpose::kNo}, T{0}, v, count, dim, dim,
                   count);
        map(Block{v, dim, count, count, 0, 1, first, 0});
        for (Index i = 0; i < dim; ++i) std::copy_n(v + i * count, count, state + i * batch);
      });
    });
  }

  void Map(const Tensor& x, const BlockMap& map) override {
    const Index batch = x.columns(), lanes = LanesPerBlock(batch);
    pool_.Run(static_cast<int>(CeilDiv(batch, lanes)), [&](const ThreadPool::Task& task) {
      const Index first = task.index * lanes;
      void* v = static_cast<char*>(x.raw()) + static_cast<std::size_t>(first) * SizeOf(x.dtype());
      map(Block{v, x.rows(), std::min(lanes, batch - first), batch, 0, 1, first, 0});
    });
  }

  // Blocks are all rows of some samples.
  Index Slots(Index) const override { return 1; }

  void AddToRows(const Tensor& b, const Tensor& x) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const T* add = b.data<T>();
      T* values = x.data<T>();
      const Index batch = x.columns(), period = b.size();
      ParallelFor(x.rows(), RowGrain(x), [=](Index begin, Index end) {
        Vectorized([=] {
          for (Index i = begin; i < end; ++i) {
            const T term = add[i % period];
            T* row = values + i * batch;
            for (Index l = 0; l < batch; ++l) row[l] += term;
          }
        });
      });
    });
  }

  void SumRows(const Tensor& x, double beta, const Tensor& sums) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const T *values = x.data<T>(), keep = static_cast<T>(beta);
      T* out = sums.data<T>();
      const Index batch = x.columns();
      ParallelFor(x.rows(), RowGrain(x), [=](Index begin, Index end) {
        Vectorized([=] {
          for (Index i = begin; i < end; ++i) {
            const T sum = SumRow(values + i * batch, batch);
            out[i] = keep == T{0} ? sum : sum + keep * out[i];
          }
        });
      });
    });
  }

  void SumColumns(const Tensor& x, std::vector<double>* sums) override {
    ReduceColumns(x, sums, [](double value) { return value; });
  }
  void SumColumnsOf(const Tensor& x, const std::vector<Index>& ends,
                    std::vector<std::vector<double>>* sums) override {
    sums->resize(ends.size());
    Index begin = 0;
    for (std::size_t run = 0; run < ends.size(); begin = ends[run++])
      SumColumns(x.Rows(begin, ends[run]), &(*sums)[run]);
  }
  void SquareColumns(const Tensor& x, std::vector<double>* squares) override {
    ReduceColumns(x, squares, [](double value) { return value * value; });
  }

  double Dot(const Tensor& x, const Tensor& y) override {
    MONDEQ_CHECK(x.size() == y.size());
    // Parts of a fixed size, added up in order: the same sum for every number of threads.
    constexpr Index kPart = 1 << 14;
    dot_parts_.assign(static_cast<std::size_t>(CeilDiv(x.size(), kPart)), 0.0);
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      pool_.Run(static_cast<int>(dot_parts_.size()), [&](const ThreadPool::Task& part) {
        const Index first = part.index * kPart;
        const T *a = x.data<T>() + first, *b = y.data<T>() + first;
        double* sum = &dot_parts_[static_cast<std::size_t>(part.index)];
        const Index n = std::min(kPart, x.size() - first);
        Vectorized([=] { *sum = DotPart(a, b, n); });
      });
    });
    double sum = 0;
    for (double part : dot_parts_) sum += part;
    return sum;
  }

  // Products of float32 are in full precision.
  void AllowTf32(bool) override {}
  // The host made the stopping quantity itself: looking at it costs nothing.
  Index iterations_per_check() const override { return 1; }
  Index strip() const override { return kStrip; }

  void ParallelFor(Index n, Index grain, absl::FunctionRef<void(Index, Index)> body) override {
    Split(n, grain, [&](int, Index begin, Index end) { body(begin, end); });
  }

 private:
  // ParallelFor with body(task, begin, end); tasks are below the number of threads. Parts are of
  // whole lines of the cache, unless a part of one is work enough.
  template <class F>
  void Split(Index n, Index grain, const F& body) {
    const Index parts = std::clamp<Index>(n / std::max<Index>(grain, 1), 1, pool_.threads());
    const Index unit = std::clamp<Index>(grain, 1, kLaneUnit);
    const Index part = CeilDiv(CeilDiv(n, parts), unit) * unit;
    pool_.Run(static_cast<int>(CeilDiv(n, std::max<Index>(part, 1))),
              [&](const ThreadPool::Task& task) {
                body(task.index, task.index * part, std::min(n, (task.index + 1) * part));
              });
  }

  void CopyInParts(const void* source, void* target, std::size_t bytes) {
    constexpr Index kGrain = 1 << 18;
    ParallelFor(static_cast<Index>(bytes), kGrain, [&](Index begin, Index end) {
      // An empty array may have no address, which memcpy does not allow.
      if (begin == end) return;
      std::memcpy(static_cast<char*>(target) + begin, static_cast<const char*>(source) + begin,
                  static_cast<std::size_t>(end - begin));
    });
  }

  static Index RowGrain(const Tensor& x) { return kElementGrain / (x.columns() + 1) + 1; }

  // c = alpha a b + beta c; a [m, k], b [k, n], on this thread, which does `task`.
  template <class T>
  void Product(int task, T alpha, const Operand<T>& a, const Operand<T>& b, T beta, T* c,
               Index c_stride, Index m, Index k, Index n) {
    T* scratch = static_cast<T*>(kernel_scratch_[static_cast<std::size_t>(task)].get());
    GetKernels<T>(isa_).real_product({m, n, k, alpha, a.data, a.stride, a.transposed(), b.data,
                                      b.stride, b.transposed(), beta, c, c_stride, scratch});
  }

  // Every thread gets one block: a product over few lanes is slow, and all samples of a batch cost
  // the same.
  Index LanesPerBlock(Index batch) const {
    return CeilDiv(CeilDiv(batch, pool_.threads()), kLaneUnit) * kLaneUnit;
  }

  // sums[l] = sum_i f(x[i, l]): one thread sums all rows of its columns.
  template <class F>
  void ReduceColumns(const Tensor& x, std::vector<double>* sums, F f) {
    const Index rows = x.rows(), columns = x.columns();
    sums->assign(static_cast<std::size_t>(columns), 0.0);
    double* out = sums->data();
    DispatchFloat(x.dtype(), [&](auto zero) {
      const auto* values = x.data<decltype(zero)>();
      ParallelFor(columns, kElementGrain / (rows + 1) + 1, [=](Index begin, Index end) {
        Vectorized([=] {
          for (Index i = 0; i < rows; ++i) {
            const auto* row = values + i * columns;
            for (Index l = begin; l < end; ++l) out[l] += f(static_cast<double>(row[l]));
          }
        });
      });
    });
  }

  void ReserveProductBlocks(Index size, DType dtype) {
    for (Tensor& block : product_blocks_) {
      if (block.empty() || block.dtype() != dtype || block.size() < size)
        block = Allocate(dtype, {size});
    }
  }

  Isa isa_;
  ThreadPool pool_;
  // Every thread has its own scratch memory of kernels, and its own block of a product.
  std::vector<std::shared_ptr<void>> kernel_scratch_;
  std::vector<Tensor> product_blocks_;
  std::vector<double> dot_parts_;
  std::vector<Index> pivots_;
};

}  // namespace

int UsableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

std::unique_ptr<Device> MakeCpuDevice(int threads) {
  return std::make_unique<CpuDevice>(threads > 0 ? threads : UsableCores());
}

}  // namespace mondeq
