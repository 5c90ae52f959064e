#include "mondeq/device/cuda/cuda_device.h"

#include <algorithm>

#include "mondeq/device/cuda/array_functors.h"
#include "mondeq/device/cuda/cuda_context.h"
#include "mondeq/device/cuda/cuda_torus.h"
#include "mondeq/device/cuda/inverse.h"
#include "mondeq/device/cuda/products.h"

namespace mondeq {
namespace {

// A quarter of a gigabyte of floats: little beside the memory of any GPU, and enough for long
// kernels.
constexpr Index kStrip = Index{1} << 26;

cublasOperation_t Op(Transpose transpose) {
  return transpose == Transpose::kYes ? CUBLAS_OP_T : CUBLAS_OP_N;
}

// A matrix, or a batch of them.
template <class T>
Matrices<T> AsMatrices(const Tensor& x, Transpose transpose = Transpose::kNo) {
  const Shape& shape = x.shape();
  const Index columns = shape[shape.rank() - 1];
  return {x.data<T>(), columns, shape.rank() == 3 ? shape[1] * columns : 0, Op(transpose)};
}

class CudaDevice final : public Device {
 public:
  explicit CudaDevice(std::shared_ptr<CudaContext> context) : context_(std::move(context)) {}

  std::unique_ptr<Torus> MakeTorus(Index rows, Index columns) override {
    return MakeCudaTorus(rows, columns, context_);
  }
  std::string Describe() const override { return absl::StrCat("cuda, ", context_->name()); }
  const Stream* stream() const override { return &context_->stream(); }
  absl::Status status() override { return context_->status(); }
  DeviceMemory memory() const override { return context_->memory(); }
  std::unique_ptr<Device> MakePlan() const override {
    return std::make_unique<CudaDevice>(CudaContext::CreatePlan(*context_));
  }
  Index strip() const override { return kStrip; }
  // How cuBLAS adds up is not told.
  Index longest_sum(Index terms) const override { return terms; }
  Index iterations_per_check() const override { return 3; }
  void AllowTf32(bool allow) override { context_->AllowTf32(allow); }

  Tensor Allocate(DType dtype, Shape shape) override { return context_->Allocate(dtype, shape); }
  void CopyFromHost(const void* source, const Tensor& target) override {
    context_->CopyFromHost(source, target.bytes(), target.raw());
  }
  void CopyToHost(const Tensor& source, void* target) override {
    context_->CopyToHost(source.raw(), source.bytes(), target);
  }
  void Copy(const Tensor& source, const Tensor& target) override {
    MONDEQ_CHECK(source.bytes() == target.bytes());
    context_->Copy(source.raw(), source.bytes(), target.raw());
  }

  void Fill(double value, const Tensor& x) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      if (value == 0) {
        if (!context_->ok()) return;
        context_->Check(cudaMemsetAsync(x.raw(), 0, x.bytes(), context_->queue()), "filling");
      } else {
        LaunchEach(*stream(), x.size(), FillWith<T>{static_cast<T>(value), x.data<T>()});
      }
    });
  }

  void Axpby(double a, const Tensor& x, double b, const Tensor& y) override {
    MONDEQ_CHECK(x.size() == y.size());
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      LaunchEach(*stream(), x.size(),
                 Combine<T>{static_cast<T>(a), static_cast<T>(b), x.data<T>(), y.data<T>()});
    });
  }

  void MatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
              double beta, const Tensor& c) override {
    const Index k = ta == Transpose::kNo ? a.columns() : a.rows();
    MONDEQ_CHECK(a.size() == c.rows() * k && b.size() == k * c.columns());
    DispatchFloat(c.dtype(), [&](auto zero) {
      using T = decltype(zero);
      Multiply<T>(*context_, 1, c.rows(), c.columns(), k, static_cast<T>(alpha),
                  AsMatrices<T>(a, ta), AsMatrices<T>(b, tb), static_cast<T>(beta),
                  AsMatrices<T>(c));
    });
  }

  void BatchedMatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
                     double beta, const Tensor& c) override {
    const auto count_of = [](const Tensor& x) { return x.shape().rank() == 3 ? x.shape()[0] : 1; };
    const Index count = std::max({count_of(a), count_of(b), count_of(c)});
    const Index m = c.shape()[c.shape().rank() - 2], n = c.shape()[c.shape().rank() - 1];
    const Index k = a.shape()[a.shape().rank() - (ta == Transpose::kNo ? 1 : 2)];
    DispatchFloat(c.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const auto multiply = [&](T keep, const Tensor& to) {
        Multiply<T>(*context_, count, m, n, k, static_cast<T>(alpha), AsMatrices<T>(a, ta),
                    AsMatrices<T>(b, tb), keep, AsMatrices<T>(to));
      };
      if (count_of(c) == count) return multiply(static_cast<T>(beta), c);
      const Tensor& products = products_.Get(*this, c.dtype(), {count, m, n});
      multiply(T{0}, products);
      double* totals = SumSpace(m * n);
      QueueSums<false>(products.View({count, m * n}), {count}, totals);
      LaunchEach(*stream(), m * n, TakeTotals<T>{totals, static_cast<T>(beta), c.data<T>()});
    });
  }

  void Inverse(const Tensor& a, const Tensor& inverse) override {
    const Index n = a.rows();
    MONDEQ_CHECK(n == a.columns() && inverse.shape() == a.shape());
    const FullPrecision full(context_.get());
    Copy(a, inverse);
    DispatchFloat(a.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Tensor& scratch = products_.Get(*this, a.dtype(), {InverseScratch(1, n)});
      InvertBatch<T>(*context_, 1, n, AsMatrices<T>(inverse), scratch.data<T>());
    });
  }

  void MultiplyThenMap(const Tensor& m, Transpose tm, const Tensor& x,
                       const BlockMap& map) override {
    MONDEQ_CHECK(m.rows() == x.rows() && m.columns() == x.rows());
    const Tensor& copy = products_.Get(*this, x.dtype(), x.shape());
    Copy(x, copy);
    MatMul(1, m, tm, copy, Transpose::kNo, 0, x);
    Map(x, map);
  }

  void Map(const Tensor& x, const BlockMap& map) override {
    Block block;
    block.v = x.raw();
    block.rows = x.rows();
    block.lanes = block.stride = x.columns();
    block.slots = Slots(x.rows());
    block.stream = stream();
    map(block);
  }
  // A group of threads takes a slot each, which is some dozens of rows.
  Index Slots(Index rows) const override { return CeilDiv(rows, Index{32}); }

  void AddToRows(const Tensor& b, const Tensor& x) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      LaunchRows(*stream(), x.rows(), x.columns(),
                 AddPeriodic<T>{b.data<T>(), b.size(), x.columns(), x.data<T>()});
    });
  }

  void SumRows(const Tensor& x, double beta, const Tensor& sums) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      using Sum = SumOfRow<T>;
      LaunchGroups(*stream(), x.rows(), Sum::kThreads, Sum::kThreads * sizeof(T),
                   Sum{x.data<T>(), x.columns(), static_cast<T>(beta), sums.data<T>()});
    });
  }

  void SumColumns(const Tensor& x, std::vector<double>* sums) override {
    std::vector<std::vector<double>> all(1);
    all[0].swap(*sums);
    SumColumnsOf(x, {x.rows()}, &all);
    all[0].swap(*sums);
  }

  void SumColumnsOf(const Tensor& x, const std::vector<Index>& ends,
                    std::vector<std::vector<double>>* sums) override {
    const Index columns = x.columns(), runs = static_cast<Index>(ends.size());
    double* totals = SumSpace(runs * columns);
    QueueSums<false>(x, ends, totals);
    const double* host = context_->Read(totals, runs * columns);
    sums->resize(ends.size());
    for (std::vector<double>& sum : *sums) {
      sum.assign(host, host + columns);
      host += columns;
    }
  }

  void SquareColumns(const Tensor& x, std::vector<double>* squares) override {
    double* totals = SumSpace(x.columns());
    QueueSums<true>(x, {x.rows()}, totals);
    const double* host = context_->Read(totals, x.columns());
    squares->assign(host, host + x.columns());
  }

  double Dot(const Tensor& x, const Tensor& y) override {
    MONDEQ_CHECK(x.size() == y.size());
    constexpr Index kTerms = 32, kMostParts = 1 << 16;
    const Index parts = std::clamp<Index>(x.size() / kTerms, 1, kMostParts);
    double *total = SumSpace(1), *sums = PartSpace(parts);
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      LaunchEach(*stream(), parts, PartOfDot<T>{x.data<T>(), y.data<T>(), x.size(), parts, sums});
    });
    LaunchGroups(*stream(), 1, SumOfTerms::kThreads, SumOfTerms::kThreads * sizeof(double),
                 SumOfTerms{sums, parts, total});
    return *context_->Read(total, 1);
  }

  void ParallelFor(Index, Index, absl::FunctionRef<void(Index, Index)>) override {
    MONDEQ_CHECK(shares_host_memory());  // loops over a device's memory are launched
  }

 private:
  // totals[run, l] = sum over the rows of the run of x, or of its squares.
  template <bool kSquare>
  void QueueSums(const Tensor& x, const std::vector<Index>& ends, double* totals) {
    for (std::size_t first = 0; first < ends.size(); first += Runs::kMost) {
      const std::size_t last = std::min(first + Runs::kMost, ends.size());
      const Index begin = first == 0 ? 0 : ends[first - 1];
      Runs runs;
      for (std::size_t run = first; run < last; ++run) runs.end[run - first] = ends[run] - begin;
      QueueRuns<kSquare>(x.Rows(begin, ends[last - 1]), runs, static_cast<Index>(last - first),
                         totals + static_cast<Index>(first) * x.columns());
    }
  }
  template <bool kSquare>
  void QueueRuns(const Tensor& x, const Runs& runs, Index count, double* totals) {
    // Enough groups for the device, in two passes where one has too many rows.
    constexpr Index kRows = 128, kMostParts = 256, kRowsOfOnePass = 1024;
    const Index mean = x.rows() / count, columns = x.columns();
    const Index parts = mean <= kRowsOfOnePass ? 1 : std::min(CeilDiv(mean, kRows), kMostParts);
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      LaunchSums(count, SumOfColumns<T, kSquare>{
                            x.data<T>(), runs, columns, parts,
                            parts == 1 ? totals : PartSpace(count * parts * columns)});
    });
    if (parts == 1) return;
    Runs of_parts;
    for (int run = 0; run < count; ++run) of_parts.end[run] = (run + 1) * parts;
    LaunchSums(count, SumOfColumns<double, false>{parts_.get().data<double>(), of_parts, columns, 1,
                                                  totals});
  }
  template <class F>
  void LaunchSums(Index runs, const F& f) {
    LaunchGroups(*stream(), runs * f.parts * f.blocks(), F::kThreads, F::kThreads * sizeof(double),
                 f);
  }

  double* PartSpace(Index count) {
    return parts_.Get(*this, DType::kFloat64, {count}).data<double>();
  }
  double* SumSpace(Index count) {
    return sums_.Get(*this, DType::kFloat64, {count}).data<double>();
  }

  std::shared_ptr<CudaContext> context_;
  Scratch products_, parts_, sums_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Device>> MakeCudaDevice(int gpu) {
  MONDEQ_ASSIGN_OR_RETURN(std::shared_ptr<CudaContext> context, CudaContext::Create(gpu));
  return std::make_unique<CudaDevice>(std::move(context));
}

}  // namespace mondeq
