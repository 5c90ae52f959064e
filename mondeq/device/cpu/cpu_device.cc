#include "mondeq/device/cpu/cpu_device.h"

#include <sched.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <tuple>

#include "Eigen/Core"
#include "Eigen/LU"
#include "mondeq/device/cpu/cpu_torus.h"
#include "mondeq/device/cpu/thread_pool.h"

namespace mondeq {
namespace {

// Below this many multiply-adds a product is faster on one thread than shared out.
constexpr double kParallelWork = 64e3;
// Lanes of a block are a multiple of a cache line of floats, where the batch allows it.
constexpr Index kLaneUnit = 16;

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T, int Order>
using Ordered = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Order>,
                           Eigen::Unaligned, Eigen::OuterStride<>>;
template <class T>
using Target = Eigen::Map<Matrix<T>, Eigen::Unaligned, Eigen::OuterStride<>>;

// A matrix in memory: element (i, j) at data[i * stride + j], or its transpose.
template <class T>
struct Operand {
  const T* data;
  Index stride;
  Transpose transpose;

  Operand Rows(Index first) const {
    return {data + (transpose == Transpose::kNo ? first * stride : first), stride, transpose};
  }
  Operand Columns(Index first) const {
    return {data + (transpose == Transpose::kNo ? first : first * stride), stride, transpose};
  }
};

// f(map) with op(operand) as a rows x columns Eigen map: a transposed row-major matrix is a
// column-major one.
template <class T, class F>
void WithMap(const Operand<T>& operand, Index rows, Index columns, F&& f) {
  const Eigen::OuterStride<> stride(operand.stride);
  if (operand.transpose == Transpose::kNo) {
    f(Ordered<T, Eigen::RowMajor>(operand.data, rows, columns, stride));
  } else {
    f(Ordered<T, Eigen::ColMajor>(operand.data, rows, columns, stride));
  }
}

// c = alpha a b + beta c; a [m, k], b [k, n], on this thread.
template <class T>
void Product(T alpha, const Operand<T>& a, const Operand<T>& b, T beta, T* c, Index c_stride,
             Index m, Index k, Index n) {
  Target<T> target(c, m, n, Eigen::OuterStride<>(c_stride));
  if (beta == T{0}) {
    target.setZero();
  } else if (beta != T{1}) {
    target *= beta;
  }
  WithMap(a, m, k, [&](const auto& x) {
    WithMap(b, k, n, [&](const auto& y) { target.noalias() += alpha * x * y; });
  });
}

// The last two extents of a tensor, and those before: one matrix, or a batch of them.
struct BatchShape {
  explicit BatchShape(const Tensor& x)
      : count(x.shape().rank() == 3 ? x.shape()[0] : 1),
        rows(x.shape()[x.shape().rank() - 2]),
        columns(x.shape()[x.shape().rank() - 1]),
        stride(x.shape().rank() == 3 ? rows * columns : 0) {}

  Index count, rows, columns, stride;
};

// An empty array may have no address, which memcpy does not allow.
void CopyBytes(const void* source, void* target, std::size_t bytes) {
  if (bytes > 0) std::memcpy(target, source, bytes);
}

Index CeilDiv(Index a, Index b) { return (a + b - 1) / b; }

class CpuDevice final : public Device {
 public:
  CpuDevice(int threads, Isa isa)
      : isa_(isa), pool_(threads), product_blocks_(static_cast<std::size_t>(threads)) {}

  std::unique_ptr<Torus> MakeTorus(Index rows, Index columns) override {
    return MakeCpuTorus(rows, columns, &pool_, isa_);
  }

  std::string Describe() const override {
    return absl::StrCat("cpu, ", pool_.threads(), pool_.threads() == 1 ? " thread" : " threads");
  }

  Tensor Allocate(DType dtype, Shape shape) override {
    constexpr std::align_val_t kAlignment{64};
    const std::size_t bytes = static_cast<std::size_t>(shape.size()) * SizeOf(dtype);
    std::shared_ptr<void> memory(::operator new(std::max<std::size_t>(bytes, 1), kAlignment),
                                 [](void* p) { ::operator delete(p, kAlignment); });
    return Tensor(dtype, shape, std::move(memory));
  }

  void CopyFromHost(const void* source, const Tensor& target) override {
    CopyBytes(source, target.raw(), target.bytes());
  }
  void CopyToHost(const Tensor& source, void* target) override {
    CopyBytes(source.raw(), target, source.bytes());
  }
  void Copy(const Tensor& source, const Tensor& target) override {
    MONDEQ_CHECK(source.bytes() == target.bytes());
    CopyBytes(source.raw(), target.raw(), source.bytes());
  }

  void Fill(double value, const Tensor& x) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      std::fill_n(x.data<T>(), x.size(), static_cast<T>(value));
    });
  }

  void Axpby(double a, const Tensor& x, double b, const Tensor& y) override {
    MONDEQ_CHECK(x.size() == y.size());
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const T *source = x.data<T>(), s = static_cast<T>(a), t = static_cast<T>(b);
      T* target = y.data<T>();
      ParallelFor(x.size(), kElementGrain, [=](Index begin, Index end) {
        if (t == T{0}) {
          for (Index i = begin; i < end; ++i) target[i] = s * source[i];
        } else {
          for (Index i = begin; i < end; ++i) target[i] = s * source[i] + t * target[i];
        }
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
      const double work = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
      const Index longer = std::max(m, n);
      const Index grain = work < kParallelWork ? longer : kLaneUnit;
      ParallelFor(longer, grain, [&](Index begin, Index end) {
        if (n >= m) {
          Product<T>(s, x, y.Columns(begin), t, z + begin, n, m, k, end - begin);
        } else {
          Product<T>(s, x.Rows(begin), y, t, z + begin * n, n, end - begin, k, n);
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
      const auto product = [&](Index i, T keep, T* target) {
        Product<T>(s, {a.data<T>() + i * sa.stride, sa.columns, ta},
                   {b.data<T>() + i * sb.stride, sb.columns, tb}, keep, target, n, m, k, n);
      };
      if (sc.stride > 0 || count == 1) {
        ParallelFor(count, 1, [&](Index begin, Index end) {
          for (Index i = begin; i < end; ++i)
            product(i, static_cast<T>(beta), c.data<T>() + i * sc.stride);
        });
        return;
      }
      // A sum: each part of the batch has its own, added up in order.
      const Index parts = pool_.threads(), part = CeilDiv(count, parts);
      ReserveProductBlocks(m * n, c.dtype());
      pool_.Run(static_cast<int>(parts), [&](int task) {
        T* sum = product_blocks_[static_cast<std::size_t>(task)].template data<T>();
        std::fill_n(sum, m * n, T{0});
        for (Index i = task * part; i < std::min(count, (task + 1) * part); ++i)
          product(i, T{1}, sum);
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
    MONDEQ_CHECK(a.rows() == a.columns() && inverse.shape() == a.shape());
    DispatchFloat(a.dtype(), [&](auto zero) {
      using T = decltype(zero);
      auto& lu = std::get<Eigen::PartialPivLU<Matrix<T>>>(factorizations_);
      lu.compute(Eigen::Map<const Matrix<T>>(a.data<T>(), a.rows(), a.rows()));
      Eigen::Map<Matrix<T>> x(inverse.data<T>(), a.rows(), a.rows());
      // x = P; then L and U are solved for in place, so that nothing is allocated.
      x.setZero();
      for (Index i = 0; i < a.rows(); ++i) x(lu.permutationP().indices()[i], i) = T{1};
      lu.matrixLU().template triangularView<Eigen::UnitLower>().solveInPlace(x);
      lu.matrixLU().template triangularView<Eigen::Upper>().solveInPlace(x);
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
      pool_.Run(static_cast<int>(CeilDiv(batch, lanes)), [&](int task) {
        const Index first = task * lanes, count = std::min(lanes, batch - first);
        T* state = x.data<T>() + first;
        T* v = product_blocks_[static_cast<std::size_t>(task)].template data<T>();
        Product<T>(T{1}, matrix, {state, batch, Transpose::kNo}, T{0}, v, count, dim, dim, count);
        map(Block{v, dim, count, count, 0, 1, first, 0});
        for (Index i = 0; i < dim; ++i) std::copy_n(v + i * count, count, state + i * batch);
      });
    });
  }

  void Map(const Tensor& x, const BlockMap& map) override {
    const Index batch = x.columns(), lanes = LanesPerBlock(batch);
    pool_.Run(static_cast<int>(CeilDiv(batch, lanes)), [&](int task) {
      const Index first = task * lanes;
      void* v = static_cast<char*>(x.raw()) + static_cast<std::size_t>(first) * SizeOf(x.dtype());
      map(Block{v, x.rows(), std::min(lanes, batch - first), batch, 0, 1, first, 0});
    });
  }

  void AddToRows(const Tensor& b, const Tensor& x) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Index batch = x.columns();
      for (Index i = 0; i < x.rows(); ++i) {
        const T add = b.data<T>()[i % b.size()];
        T* row = x.data<T>() + i * batch;
        for (Index l = 0; l < batch; ++l) row[l] += add;
      }
    });
  }

  void SumRows(const Tensor& x, double beta, const Tensor& sums) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Eigen::Map<const Matrix<T>> values(x.data<T>(), x.rows(), x.columns());
      T* out = sums.data<T>();
      for (Index i = 0; i < x.rows(); ++i) {
        const T sum = values.row(i).sum();
        out[i] = beta == 0 ? sum : sum + static_cast<T>(beta) * out[i];
      }
    });
  }

  void SumColumns(const Tensor& x, std::vector<double>* sums) override {
    ReduceColumns(x, sums, [](double value) { return value; });
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
      pool_.Run(static_cast<int>(dot_parts_.size()), [&](int part) {
        const Index first = part * kPart;
        dot_parts_[static_cast<std::size_t>(part)] =
            DotPart(x.data<T>() + first, y.data<T>() + first, std::min(kPart, x.size() - first));
      });
    });
    double sum = 0;
    for (double part : dot_parts_) sum += part;
    return sum;
  }

  void ParallelFor(Index n, Index grain, absl::FunctionRef<void(Index, Index)> body) override {
    const Index parts = std::clamp<Index>(n / std::max<Index>(grain, 1), 1, pool_.threads());
    const Index part = CeilDiv(CeilDiv(n, parts), kLaneUnit) * kLaneUnit;
    pool_.Run(static_cast<int>(CeilDiv(n, std::max<Index>(part, 1))),
              [&](int i) { body(i * part, std::min(n, (i + 1) * part)); });
  }

 private:
  static constexpr Index kElementGrain = 1 << 15;

  // One block a thread: a product over few lanes is slow, and the samples of a batch cost the same.
  Index LanesPerBlock(Index batch) const {
    return CeilDiv(CeilDiv(batch, pool_.threads()), kLaneUnit) * kLaneUnit;
  }

  template <class T>
  static double DotPart(const T* a, const T* b, Index n) {
    constexpr int kSums = 8;
    double sums[kSums] = {};
    Index i = 0;
    for (; i + kSums <= n; i += kSums) {
      for (int s = 0; s < kSums; ++s)
        sums[s] += static_cast<double>(a[i + s]) * static_cast<double>(b[i + s]);
    }
    for (; i < n; ++i) sums[0] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
           ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  }

  template <class F>
  static void ReduceColumns(const Tensor& x, std::vector<double>* sums, F f) {
    sums->assign(static_cast<std::size_t>(x.columns()), 0.0);
    DispatchFloat(x.dtype(), [&](auto zero) {
      const auto* v = x.data<decltype(zero)>();
      for (Index i = 0; i < x.rows(); ++i) {
        for (double& sum : *sums) sum += f(static_cast<double>(*v++));
      }
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
  std::vector<Tensor> product_blocks_;
  std::vector<double> dot_parts_;
  std::tuple<Eigen::PartialPivLU<Matrix<float>>, Eigen::PartialPivLU<Matrix<double>>>
      factorizations_;
};

}  // namespace

int UsableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

std::unique_ptr<Device> MakeCpuDevice(int threads, Isa isa) {
  return std::make_unique<CpuDevice>(threads > 0 ? threads : UsableCores(), isa);
}

}  // namespace mondeq
