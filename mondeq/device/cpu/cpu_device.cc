#include "mondeq/device/cpu/cpu_device.h"

#include <sched.h>

#include <algorithm>
#include <cstring>

#include "mondeq/device/cpu/cpu_products.h"
#include "mondeq/device/cpu/kernels/kernels.h"
#include "mondeq/device/cpu/partition.h"
#include "mondeq/device/cpu/sums.h"
#include "mondeq/device/cpu/thread_pool.h"
#include "mondeq/device/cpu/torus/cpu_torus.h"
#include "mondeq/device/host_memory.h"
#include "mondeq/device/vectorize.h"

namespace mondeq {
namespace {

// So many elements are work enough for a thread, where little is done to each.
constexpr Index kElementGrain = 1 << 15;
// Half of a second-level cache of floats.
constexpr Index kStrip = 1 << 17;

class CpuDevice final : public Device {
 public:
  explicit CpuDevice(int threads) : isa_(BestIsa()), pool_(threads), products_(isa_, &pool_) {}

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
    products_.MatMul(alpha, a, ta, b, tb, beta, c);
  }
  void BatchedMatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
                     double beta, const Tensor& c) override {
    products_.BatchedMatMul(alpha, a, ta, b, tb, beta, c);
  }
  void Inverse(const Tensor& a, const Tensor& inverse) override {
    MONDEQ_CHECK(a.rows() == a.columns() && inverse.shape() == a.shape());
    Copy(a, inverse);
    products_.InvertInPlace(inverse);
  }
  void MultiplyThenMap(const Tensor& m, Transpose tm, const Tensor& x,
                       const BlockMap& map) override {
    products_.MultiplyThenMap(m, tm, x, map);
  }

  void Map(const Tensor& x, const BlockMap& map) override {
    const Index batch = x.columns(), lanes = LanesPerBlock(pool_, batch);
    pool_.Run(static_cast<int>(CeilDiv(batch, lanes)), [&](const ThreadPool::Task& task) {
      const Index first = task.index * lanes;
      Block block;
      block.v = static_cast<char*>(x.raw()) + static_cast<std::size_t>(first) * SizeOf(x.dtype());
      block.rows = x.rows();
      block.lanes = std::min(lanes, batch - first);
      block.stride = batch;
      block.first_lane = first;
      map(block);
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
    parts_.assign(static_cast<std::size_t>(CeilDiv(x.size(), kPart)), 0.0);
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      pool_.Run(static_cast<int>(parts_.size()), [&](const ThreadPool::Task& part) {
        const Index first = part.index * kPart;
        const T *a = x.data<T>() + first, *b = y.data<T>() + first;
        double* sum = &parts_[static_cast<std::size_t>(part.index)];
        const Index n = std::min(kPart, x.size() - first);
        Vectorized([=] { *sum = DotPart(a, b, n); });
      });
    });
    double sum = 0;
    for (double part : parts_) sum += part;
    return sum;
  }

  // Products of float32 are in full precision.
  void AllowTf32(bool) override {}
  // The host made the stopping quantity itself: looking at it costs nothing.
  Index iterations_per_check() const override { return 1; }
  // Sums are made in parts, which are then added up.
  Index longest_sum(Index terms) const override {
    const Index parts = CeilDiv(terms, Index{kRealPanelDepth});
    return CeilDiv(terms, std::max(parts, Index{1})) + parts;
  }
  Index strip() const override { return kStrip; }

  void ParallelFor(Index n, Index grain, absl::FunctionRef<void(Index, Index)> body) override {
    Split(&pool_, n, grain, [&](int, Index begin, Index end) { body(begin, end); });
  }

 private:
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

  // sums[l] = sum_i f(x[i, l])
  template <class F>
  void ReduceColumns(const Tensor& x, std::vector<double>* sums, F f) {
    const Index rows = x.rows(), columns = x.columns();
    // Parts of rows of a fixed size, added up in order: the same sums for every number of threads.
    // A part's rows stay in the second-level cache.
    constexpr Index kPart = 1 << 15;
    const Index part_rows = std::max(Index{1}, kPart / std::max(columns, Index{1}));
    const Index parts = CeilDiv(rows, part_rows);
    parts_.assign(static_cast<std::size_t>(parts * columns), 0.0);
    DispatchFloat(x.dtype(), [&](auto zero) {
      const auto* values = x.data<decltype(zero)>();
      pool_.Run(static_cast<int>(parts), [&](const ThreadPool::Task& part) {
        const Index first = part.index * part_rows;
        const auto* from = values + first * columns;
        const Index n = std::min(part_rows, rows - first);
        double* out = parts_.data() + part.index * columns;
        Vectorized([=] { SumPartOfColumns(from, n, columns, f, out); });
      });
    });
    sums->assign(static_cast<std::size_t>(columns), 0.0);
    double* out = sums->data();
    for (Index part = 0; part < parts; ++part) {
      for (Index l = 0; l < columns; ++l)
        out[l] += parts_[static_cast<std::size_t>(part * columns + l)];
    }
  }

  Isa isa_;
  ThreadPool pool_;
  CpuProducts products_;
  // Sums of parts, of all that is summed.
  std::vector<double> parts_;
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
