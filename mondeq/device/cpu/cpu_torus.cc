#include "mondeq/device/cpu/cpu_torus.h"

#include <atomic>
#include <cmath>
#include <complex>
#include <memory>
#include <tuple>
#include <vector>

#include "Eigen/Core"
#include "Eigen/LU"
#include "mondeq/device/cpu/slab.h"

namespace mondeq {
namespace {

template <class T>
using ComplexMatrix =
    Eigen::Matrix<std::complex<T>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
using Matrices = Eigen::Map<ComplexMatrix<T>>;

// A tensor of pairs of reals as complex numbers.
template <class T>
std::complex<T>* ComplexData(const Tensor& x) {
  return reinterpret_cast<std::complex<T>*>(x.data<T>());
}

// What each thread needs, for one type.
template <class T>
struct Worker {
  explicit Worker(const LaneFft<T>* rows, const LaneFft<T>* columns) : slab(rows, columns) {}

  Slab<T> slab;
  ComplexMatrix<T> product, gram, left, right;
  Eigen::PartialPivLU<ComplexMatrix<T>> lu;
};

template <class T>
struct Workspace {
  Workspace(Index rows, Index columns, int threads) : row_fft(columns), column_fft(rows) {
    for (int i = 0; i < threads; ++i) workers.emplace_back(&column_fft, &row_fft);
  }

  LaneFft<T> row_fft, column_fft;
  std::vector<Worker<T>> workers;
  // Correlations, by row of frequencies and offset in x; kernel matrices, by offset in y and
  // column.
  std::vector<ComplexMatrix<T>> partial;
};

class CpuTorus final : public Torus {
 public:
  CpuTorus(Index rows, Index columns, ThreadPool* pool) : Torus(rows, columns), pool_(*pool) {
    for (Index f = 0; f < pixels(); ++f) {
      const Index y = f / columns, x = f % columns;
      const Index negative = (rows - y) % rows * columns + (columns - x) % columns;
      if (f <= negative) {
        stored_.push_back({static_cast<Index>(pairs_.size()), false});
        pairs_.push_back({f, negative});
      } else {
        stored_.push_back({stored_[static_cast<std::size_t>(negative)].first, true});
      }
    }
    MONDEQ_CHECK(static_cast<Index>(pairs_.size()) == frequencies());
  }

  void Transform(const Tensor& x, Index channels, const Tensor& spectrum) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      ForEverySlab<T>(channels, x.columns(), [&](Slab<T>& slab, const SlabPlace& place) {
        for (Index column = 0; column < columns(); ++column) {
          slab.PassColumn(column, true, true, [&](auto* pixels) {
            slab.LoadColumn(x.data<T>(), place, column, pixels);
          });
        }
        slab.StoreSpectrum(place, spectrum.data<T>());
      });
    });
  }

  void Invert(const Tensor& spectrum, Index channels, const Tensor& x) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      ForEverySlab<T>(channels, x.columns(), [&](Slab<T>& slab, const SlabPlace& place) {
        slab.LoadSpectrum(spectrum.data<T>(), place);
        for (Index column = 0; column < columns(); ++column) {
          slab.PassColumn(column, false, false, [&](auto* pixels) {
            slab.StoreColumn(pixels, place, column, x.data<T>());
          });
        }
      });
    });
  }

  void Map(const Tensor& spectrum, Index channels, Index batch, bool from_zero,
           const BlockMap& map) override {
    DispatchFloat(spectrum.dtype(), [&](auto zero) {
      using T = decltype(zero);
      ForEverySlab<T>(channels, batch, [&](Slab<T>& slab, const SlabPlace& place) {
        if (!from_zero) slab.LoadSpectrum(spectrum.data<T>(), place);
        for (Index column = 0; column < columns(); ++column) {
          slab.PassColumn(column, from_zero, true,
                          [&](auto* pixels) { slab.MapColumn(map, place, column, pixels); });
        }
        slab.StoreSpectrum(place, spectrum.data<T>());
      });
    });
  }

  void Multiply(double alpha, const Tensor& matrices, Index m, Index n, Transpose adjoint,
                const Tensor& x, Index batch, double beta, const Tensor& y) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const bool forward = adjoint == Transpose::kNo;
      const Index in = forward ? n : m, out = forward ? m : n, lanes = Lanes(batch);
      ForEveryPair<T>([&](Worker<T>& worker, Index q) {
        const auto [f, negative] = pairs_[static_cast<std::size_t>(q)];
        for (Index frequency : {f, negative}) {
          Matrices<T> to(ComplexData<T>(y) + frequency * out * lanes, out, lanes);
          const Matrices<T> from(ComplexData<T>(x) + frequency * in * lanes, in, lanes);
          WithMatrix<T>(matrices, m, n, adjoint, frequency, [&](const auto& op) {
            worker.product.resize(out, lanes);
            worker.product.noalias() = op * from;
          });
          if (beta == 0) {
            to = static_cast<T>(alpha) * worker.product;
          } else {
            to = static_cast<T>(alpha) * worker.product + static_cast<T>(beta) * to;
          }
          if (f == negative) break;
        }
      });
    });
  }

  void MultiplyDown(const Torus& half, const Tensor& matrices, Index m, Index n, Transpose adjoint,
                    const Tensor& x, Index batch, const Tensor& y) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const bool forward = adjoint == Transpose::kNo;
      const Index in = forward ? n : m, out = forward ? m : n, lanes = Lanes(batch);
      ForEveryTask<T>(half.pixels(), [&](Worker<T>& worker, Index q) {
        Matrices<T> to(ComplexData<T>(y) + q * out * lanes, out, lanes);
        to.setZero();
        for (Index alias = 0; alias < 4; ++alias) {
          const Index f = Alias(half, q, alias);
          const Matrices<T> from(ComplexData<T>(x) + f * in * lanes, in, lanes);
          to.noalias() += T(0.25) * (Load(matrices, m, n, adjoint, f, &worker.left) * from);
        }
      });
    });
  }

  void MultiplyUp(double alpha, const Torus& half, const Tensor& matrices, Index m, Index n,
                  Transpose adjoint, const Tensor& x, Index batch, const Tensor& y) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const bool forward = adjoint == Transpose::kNo;
      const Index in = forward ? n : m, out = forward ? m : n, lanes = Lanes(batch);
      ForEveryTask<T>(pixels(), [&](Worker<T>& worker, Index f) {
        Matrices<T> to(ComplexData<T>(y) + f * out * lanes, out, lanes);
        const Matrices<T> from(ComplexData<T>(x) + Folded(half, f) * in * lanes, in, lanes);
        to.noalias() +=
            static_cast<T>(alpha) * (Load(matrices, m, n, adjoint, f, &worker.left) * from);
      });
    });
  }

  void MultiplyMatrices(const Tensor& a, Index ma, Index na, Transpose ta, const Tensor& b,
                        Index mb, Index nb, Transpose tb, const Tensor& c) override {
    DispatchFloat(a.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Index m = ta == Transpose::kNo ? ma : na, n = tb == Transpose::kNo ? nb : mb;
      ForEveryPair<T>([&](Worker<T>& worker, Index q) {
        const Index f = pairs_[static_cast<std::size_t>(q)].first;
        Matrices<T> to(ComplexData<T>(c) + q * m * n, m, n);
        to.noalias() = Load(a, ma, na, ta, f, &worker.left) * Load(b, mb, nb, tb, f, &worker.right);
      });
    });
  }

  void GramDown(const Torus& half, double factor, const Tensor& a, const Tensor& b, Index m,
                Index n, double identity, const Tensor& c) override {
    DispatchFloat(a.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const auto& pairs = static_cast<const CpuTorus&>(half).pairs_;
      ForEveryTask<T>(half.frequencies(), [&](Worker<T>& worker, Index q) {
        Matrices<T> to(ComplexData<T>(c) + q * m * m, m, m);
        to.setZero();
        to.diagonal().setConstant(static_cast<T>(identity));
        for (Index alias = 0; alias < 4; ++alias) {
          const Index f = Alias(half, pairs[static_cast<std::size_t>(q)].first, alias);
          to.noalias() +=
              static_cast<T>(factor / 4) * (Load(a, m, n, Transpose::kNo, f, &worker.left) *
                                            Load(b, m, n, Transpose::kYes, f, &worker.right));
        }
      });
    });
  }

  void KernelMatrices(const Tensor& taps, const Tensor& matrices) override {
    const Index size = taps.shape()[0], m = taps.shape()[2], n = taps.shape()[3];
    DispatchFloat(taps.dtype(), [&](auto zero) {
      using T = decltype(zero);
      using Taps = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
      // First over the taps of each row, then over the rows.
      auto& partial = Partial<T>(size * columns(), m, n);
      Run(static_cast<int>(size * columns()), [&](int task) {
        const Index dy = task / columns(), x = task % columns();
        ComplexMatrix<T>& sum = partial[static_cast<std::size_t>(task)];
        sum.setZero();
        for (Index dx = 0; dx < size; ++dx) {
          const Eigen::Map<const Taps> tap(taps.data<T>() + (dy * size + dx) * m * n, m, n);
          sum += Root<T>(x * (dx - size / 2), columns()) * tap;
        }
      });
      Run(static_cast<int>(frequencies()), [&](int task) {
        const Index f = pairs_[static_cast<std::size_t>(task)].first;
        Eigen::Map<ComplexMatrix<T>> sum(ComplexData<T>(matrices) + task * m * n, m, n);
        sum.setZero();
        for (Index dy = 0; dy < size; ++dy) {
          const std::size_t row = static_cast<std::size_t>(dy * columns() + f % columns());
          sum += Root<T>(f / columns() * (dy - size / 2), rows()) * partial[row];
        }
      });
    });
  }

  void InvertMatrices(Index n, double factor, double identity, const Tensor& matrices) override {
    DispatchFloat(matrices.dtype(), [&](auto zero) {
      using T = decltype(zero);
      ForEveryPair<T>([&](Worker<T>& worker, Index q) {
        Eigen::Map<ComplexMatrix<T>> matrix(ComplexData<T>(matrices) + q * n * n, n, n);
        worker.lu.compute(matrix);
        // From the permutation times factor, in place, so that nothing is allocated.
        matrix.setZero();
        for (Index i = 0; i < n; ++i)
          matrix(worker.lu.permutationP().indices()[i], i) = static_cast<T>(factor);
        worker.lu.matrixLU().template triangularView<Eigen::UnitLower>().solveInPlace(matrix);
        worker.lu.matrixLU().template triangularView<Eigen::Upper>().solveInPlace(matrix);
        matrix.diagonal().array() += static_cast<T>(identity);
      });
    });
  }

  double Norm(const Tensor& matrices, Index m, Index n) override {
    std::vector<double> norms(static_cast<std::size_t>(frequencies()));
    DispatchFloat(matrices.dtype(), [&](auto zero) {
      using T = decltype(zero);
      Run(static_cast<int>(frequencies()), [&](int q) {
        const Eigen::Map<ComplexMatrix<T>> matrix(ComplexData<T>(matrices) + q * m * n, m, n);
        norms[static_cast<std::size_t>(q)] = MatrixNorm<T>(matrix);
      });
    });
    double largest = 0;
    for (double norm : norms) {
      // A NaN wins, and stays: no comparison with it is true.
      if (std::isnan(norm) || norm > largest) largest = norm;
    }
    return largest;
  }

  void Correlate(double alpha, const Torus* half, const Tensor& u, Index m, const Tensor& z,
                 Index n, Index batch, double beta, const Tensor& taps) override {
    DispatchFloat(u.dtype(), [&](auto zero) {
      CorrelateAs<decltype(zero)>(alpha, half, u, m, z, n, batch, beta, taps);
    });
  }

 private:
  // sum over samples of u[p] z[p + d]' = 1/P sum over f of Re(conj(U_f) Z_f' exp(2 pi i f d)), the
  // packing of two samples in one lane included: what it adds is imaginary. Separable in the two
  // axes of d.
  template <class T>
  void CorrelateAs(double alpha, const Torus* half, const Tensor& u, Index m, const Tensor& z,
                   Index n, Index batch, double beta, const Tensor& taps) {
    const Index size = taps.shape()[0], lanes = Lanes(batch);
    auto& partial = Partial<T>(rows() * size, m, n);
    ForEveryTask<T>(rows(), [&](Worker<T>& worker, Index y) {
      ComplexMatrix<T>* sums = &partial[static_cast<std::size_t>(y * size)];
      for (Index dx = 0; dx < size; ++dx) sums[dx].setZero();
      worker.gram.resize(m, n);
      for (Index x = 0; x < columns(); ++x) {
        const Index f = y * columns() + x, fu = half == nullptr ? f : Folded(*half, f);
        const Matrices<T> a(ComplexData<T>(u) + fu * m * lanes, m, lanes);
        const Matrices<T> b(ComplexData<T>(z) + f * n * lanes, n, lanes);
        worker.gram.noalias() = a.conjugate() * b.transpose();
        for (Index dx = 0; dx < size; ++dx)
          sums[dx] += Root<T>(x * (dx - size / 2), columns()) * worker.gram;
      }
    });
    using Taps = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const T scale = static_cast<T>(alpha) / static_cast<T>(pixels());
    Run(static_cast<int>(size * size), [&](int task) {
      const Index dy = task / size, dx = task % size;
      Eigen::Map<Taps> tap(taps.data<T>() + task * m * n, m, n);
      if (beta == 0) {
        tap.setZero();
      } else {
        tap *= static_cast<T>(beta);
      }
      for (Index y = 0; y < rows(); ++y) {
        const std::complex<T> root = Root<T>(y * (dy - size / 2), rows()) * scale;
        tap += (root * partial[static_cast<std::size_t>(y * size + dx)]).real();
      }
    });
  }

  // f(op(M_f)): the matrix that is stored for f, or the conjugate of that of -f.
  template <class T, class F>
  void WithMatrix(const Tensor& matrices, Index m, Index n, Transpose adjoint, Index frequency,
                  F&& f) const {
    const auto [q, conjugate] = stored_[static_cast<std::size_t>(frequency)];
    const Matrices<T> matrix(ComplexData<T>(matrices) + q * m * n, m, n);
    if (adjoint == Transpose::kNo) {
      conjugate ? f(matrix.conjugate()) : f(matrix);
    } else {
      conjugate ? f(matrix.transpose()) : f(matrix.adjoint());
    }
  }

  // op(M_f) as a matrix of its own: for products of which there are few.
  template <class T>
  const ComplexMatrix<T>& Load(const Tensor& matrices, Index m, Index n, Transpose adjoint,
                               Index frequency, ComplexMatrix<T>* matrix) const {
    WithMatrix<T>(matrices, m, n, adjoint, frequency, [&](const auto& op) { *matrix = op; });
    return *matrix;
  }

  // One of the four frequencies of this torus that frequency q of the half one stands for.
  Index Alias(const Torus& half, Index q, Index alias) const {
    const Index y = q / half.columns() + alias / 2 * half.rows(),
                x = q % half.columns() + alias % 2 * half.columns();
    return y * columns() + x;
  }
  // The frequency of the half torus that stands for f.
  Index Folded(const Torus& half, Index f) const {
    return f / columns() % half.rows() * half.columns() + f % columns() % half.columns();
  }

  // exp(2 pi i k / n)
  template <class T>
  static std::complex<T> Root(Index k, Index n) {
    const double angle =
        2 * 3.14159265358979323846 * static_cast<double>(k % n) / static_cast<double>(n);
    return {static_cast<T>(std::cos(angle)), static_cast<T>(std::sin(angle))};
  }

  // ||M||_2 by power iteration on M^H M from below.
  template <class T, class M>
  static double MatrixNorm(const M& matrix) {
    using Vector = Eigen::Matrix<std::complex<T>, Eigen::Dynamic, 1>;
    constexpr int kMaxSteps = 300;
    Vector x = Vector::NullaryExpr(matrix.cols(), [](Index i) {
      return std::polar(T{1}, static_cast<T>(2.3999632297 * static_cast<double>(i * i)));
    });
    double estimate = 0;
    for (int step = 0; step < kMaxSteps; ++step) {
      x.normalize();
      x = (matrix.adjoint() * (matrix * x).eval()).eval();
      const double next = std::sqrt(static_cast<double>(x.norm()));
      const bool settled = std::abs(next - estimate) <= 1e-6 * next;
      estimate = next;
      if (settled) break;
    }
    return estimate;
  }

  template <class F>
  void Run(int tasks, F&& f) {
    pool_.Run(tasks, f);
  }

  // f(worker, task) for every task; a worker serves one task at a time.
  template <class T, class F>
  void ForEveryTask(Index tasks, F&& f) {
    auto& workers = Space<T>().workers;
    std::atomic<Index> next{0};
    pool_.Run(static_cast<int>(std::min<Index>(tasks, static_cast<Index>(workers.size()))),
              [&](int i) {
                for (Index task = next++; task < tasks; task = next++)
                  f(workers[static_cast<std::size_t>(i)], task);
              });
  }

  template <class T, class F>
  void ForEveryPair(F&& f) {
    ForEveryTask<T>(frequencies(), f);
  }

  template <class T, class F>
  void ForEverySlab(Index channels, Index batch, F&& f) {
    constexpr Index kWidth = LaneFft<T>::kWidth;
    const Index lanes = Lanes(batch), groups = (lanes + kWidth - 1) / kWidth;
    ForEveryTask<T>(channels * groups, [&](Worker<T>& worker, Index task) {
      f(worker.slab,
        SlabPlace::Make(channels, task / groups, batch, lanes, task % groups * kWidth, kWidth));
    });
  }

  template <class T>
  Workspace<T>& Space() {
    auto& space = std::get<std::unique_ptr<Workspace<T>>>(spaces_);
    if (space == nullptr)
      space = std::make_unique<Workspace<T>>(rows(), columns(), pool_.threads());
    return *space;
  }

  template <class T>
  std::vector<ComplexMatrix<T>>& Partial(Index count, Index m, Index n) {
    auto& partial = Space<T>().partial;
    if (static_cast<Index>(partial.size()) < count) partial.resize(static_cast<std::size_t>(count));
    for (ComplexMatrix<T>& matrix : partial) matrix.resize(m, n);
    return partial;
  }

  ThreadPool& pool_;
  // The stored frequencies and their negatives.
  std::vector<std::pair<Index, Index>> pairs_;
  // For every frequency, whose matrix it uses, and whether its conjugate.
  std::vector<std::pair<Index, bool>> stored_;
  std::tuple<std::unique_ptr<Workspace<float>>, std::unique_ptr<Workspace<double>>> spaces_;
};

}  // namespace

std::unique_ptr<Torus> MakeCpuTorus(Index rows, Index columns, ThreadPool* pool) {
  return std::make_unique<CpuTorus>(rows, columns, pool);
}

}  // namespace mondeq
