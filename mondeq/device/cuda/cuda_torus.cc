#include "mondeq/device/cuda/cuda_torus.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <map>

#include "mondeq/device/cuda/fourier.h"
#include "mondeq/device/cuda/inverse.h"
#include "mondeq/device/cuda/products.h"
#include "mondeq/device/cuda/slabs.h"
#include "mondeq/device/cuda/torus_functors.h"
#include "mondeq/device/device.h"
#include "mondeq/device/matrix_norm.h"

namespace mondeq {
namespace {

Index Lanes(Index batch) { return CeilDiv(batch, Index{2}); }

template <class T>
std::complex<T>* Numbers(const Tensor& x) {
  return reinterpret_cast<std::complex<T>*>(x.data<T>());
}

class CudaTorus final : public Torus {
 public:
  CudaTorus(Index rows, Index columns, std::shared_ptr<CudaContext> context)
      : Torus(rows, columns),
        context_(std::move(context)),
        grid_{rows, columns},
        fourier_(rows, columns, context_),
        slabs_(rows, columns, context_) {
    if (rows % 2 == 0 && columns % 2 == 0)
      half_ = std::make_unique<CudaTorus>(rows / 2, columns / 2, context_);
  }

  Torus& Half() override {
    MONDEQ_CHECK(half_ != nullptr);
    return *half_;
  }

  Shape SpectrumShape(Index channels, Index batch) const override {
    return {pixels(), channels * 2 * Lanes(batch)};
  }
  Shape MatricesShape(Index m, Index n) const override { return {pixels(), 2 * m * n}; }
  Shape SampledShape(Index m, Index n) const override { return {groups(), 2 * m * 4 * n}; }
  Shape BlocksShape(Index n) const override { return {groups(), 2 * 16 * n * n}; }

  // A slot has a few dozen rows: so many slots are enough for all of the device.
  Index Slots(Index channels) const override { return rows() * channels; }

  void Transform(const Tensor& x, Index channels, const Tensor& spectrum) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Index batch = x.columns(), lines = channels * Lanes(batch);
      if constexpr (kOnSlabs<T>) {
        if (slabs_.Serve(batch)) {
          const SlabTransform slab = slabs_.Transform(channels, batch, x.raw(), spectrum.raw());
          return LaunchSlabs<T>(context_->stream(), slab, 0, TransformOfSlabs<T, false>{slab});
        }
      }
      const std::complex<T>* from = Numbers<T>(batch % 2 == 0 ? x : spectrum);
      if (batch % 2 != 0) Scale(T{1}, x.data<T>(), batch, pixels() * channels, batch, spectrum);
      fourier_.Run(false, lines, from, Numbers<T>(spectrum));
    });
  }

  void Invert(const Tensor& spectrum, Index channels, const Tensor& x) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Index batch = x.columns(), lines = channels * Lanes(batch), stride = 2 * Lanes(batch);
      if constexpr (kOnSlabs<T>) {
        if (slabs_.Serve(batch)) {
          SlabTransform slab = slabs_.Transform(channels, batch, spectrum.raw(), x.raw());
          slab.scale = Scale<double>();
          return LaunchSlabs<T>(context_->stream(), slab, 0, TransformOfSlabs<T, true>{slab});
        }
      }
      const bool in_place = batch % 2 == 0;
      T* pixels_of = in_place ? x.data<T>() : State<T>(spectrum.size());
      fourier_.Run(true, lines, Numbers<T>(spectrum),
                   reinterpret_cast<std::complex<T>*>(pixels_of));
      LaunchRows(context_->stream(), pixels() * channels, batch,
                 ScaleAndPad<T>{Scale<T>(), pixels_of, stride, batch, x.data<T>(), batch});
    });
  }

  void Map(const Tensor& spectrum, Index channels, Index batch, const BlockMap& map) override {
    if (RunsOnSlabs(spectrum.dtype(), batch, map))
      return RunOnSlabs(spectrum.raw(), Scale<double>(), spectrum, channels, batch, map);
    DispatchFloat(spectrum.dtype(), [&](auto zero) {
      using T = decltype(zero);
      fourier_.Run(true, channels * Lanes(batch), Numbers<T>(spectrum), Numbers<T>(spectrum));
      Scale(Scale<T>(), spectrum.data<T>(), 2 * Lanes(batch), pixels() * channels, batch, spectrum);
      RunMap<T>(spectrum, channels, batch, map);
    });
  }

  void MultiplyThenMap(const Tensor& matrices, Index n, Transpose adjoint, const Tensor& x,
                       Index batch, const BlockMap& map) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      auto* product = reinterpret_cast<std::complex<T>*>(State<T>(x.size()));
      Product<T>(pixels(), Scale<T>(), matrices, n, n, adjoint, Numbers<T>(x), batch, T{0},
                 product);
      if (RunsOnSlabs(x.dtype(), batch, map)) return RunOnSlabs(product, 1, x, n, batch, map);
      fourier_.Run(true, n * Lanes(batch), product, Numbers<T>(x));
      // A lane without a sample would go on as r <- M r, from rounding, and M may expand.
      if (batch % 2 != 0) Scale(T{1}, x.data<T>(), 2 * Lanes(batch), pixels() * n, batch, x);
      RunMap<T>(x, n, batch, map);
    });
  }

  void Multiply(double alpha, const Tensor& matrices, Index m, Index n, Transpose adjoint,
                const Tensor& x, Index batch, double beta, const Tensor& y) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      std::complex<T>* from = Numbers<T>(x);
      if (x.raw() == y.raw()) {
        // A product cannot be in place.
        from = reinterpret_cast<std::complex<T>*>(State<T>(x.size()));
        context_->Copy(x.raw(), x.bytes(), from);
      }
      Product<T>(pixels(), static_cast<T>(alpha), matrices, m, n, adjoint, from, batch,
                 static_cast<T>(beta), Numbers<T>(y));
    });
  }

  void MultiplyDown(const Tensor& sampled, Index m, Index n, const Tensor& x, Index batch,
                    const Tensor& y) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      Product<T>(groups(), T{0.25}, sampled, m, 4 * n, mondeq::Transpose::kNo,
                 Packed<T>(x, 2 * n * Lanes(batch)), batch, T{0}, Numbers<T>(y));
    });
  }

  void MultiplyUp(double alpha, const Tensor& sampled, Index m, Index n, const Tensor& x,
                  Index batch, const Tensor& y) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Index size = 2 * n * Lanes(batch);
      auto* product = reinterpret_cast<std::complex<T>*>(State<T>(pixels() * size));
      Product<T>(groups(), static_cast<T>(alpha), sampled, m, 4 * n, mondeq::Transpose::kYes,
                 Numbers<T>(x), batch, T{0}, product);
      Unpack<T>(product, size, T{1}, y);
    });
  }

  void MultiplyBlocks(double alpha, const Tensor& blocks, Index n, Transpose adjoint,
                      const Tensor& x, Index batch, double beta, const Tensor& y) override {
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Index size = 2 * n * Lanes(batch);
      auto* product = reinterpret_cast<std::complex<T>*>(State<T>(pixels() * size));
      Product<T>(groups(), static_cast<T>(alpha), blocks, 4 * n, 4 * n, adjoint, Packed<T>(x, size),
                 batch, T{0}, product);
      Unpack<T>(product, size, static_cast<T>(beta), y);
    });
  }

  // A matrix lies at its frequency and at the opposite one: a part would be in two places.
  bool MakesParts() const override { return false; }
  void KernelMatrices(const Tensor& taps, Part part, const Tensor& matrices) override {
    MONDEQ_CHECK(part.count == 1);
    const Index size = taps.shape()[0], m = taps.shape()[2], n = taps.shape()[3];
    DispatchFloat(taps.dtype(), [&](auto zero) {
      using T = decltype(zero);
      using Sums = SumOfTapsOfPairs<T>;
      const Index count = CountOfPairs();
      LaunchRows(
          context_->stream(), CeilDiv(count, Index{Sums::kAtATime}), m * n,
          Sums{grid_, count, size * size, m * n, Pairs().data<std::int32_t>(),
               reinterpret_cast<const Complex<T>*>(PhasesOfPairs<T>(size).template data<T>()),
               taps.data<T>(), reinterpret_cast<Complex<T>*>(matrices.data<T>())});
    });
  }
  void SampledMatrices(const Tensor& taps, const Tensor& sampled) override {
    MONDEQ_CHECK(half_ != nullptr);
    const Index size = taps.shape()[0], m = taps.shape()[2], n = taps.shape()[3];
    DispatchFloat(taps.dtype(), [&](auto zero) {
      using T = decltype(zero);
      LaunchRows(context_->stream(), pixels(), m * n,
                 SumOfTaps<T>{grid_, size * size, m, n, Phases<T>(size).template data<T>(),
                              taps.data<T>(), sampled.data<T>()});
    });
  }

  void InvertMatrices(Index n, double factor, double identity, Part part,
                      const Tensor& matrices) override {
    MONDEQ_CHECK(part.count == 1);
    DispatchFloat(matrices.dtype(), [&](auto zero) {
      using T = decltype(zero);
      using X = Complex<T>;
      const Index count = CountOfPairs();
      if (!InvertsInSharedMemory<X>(*context_, n)) {
        std::complex<T>* k = Work<T>(count * n * n + InverseScratch(count, n));
        TakePairs(n * n, Numbers<T>(matrices), k);
        return FinishPairsOf(n, false, true, factor, identity, k, matrices);
      }
      LaunchGroups(context_->stream(), count, Elimination<X>::Threads(count, n),
                   Elimination<X>::SharedBytes(n),
                   InvertPairs<T>{grid_, static_cast<int>(n), static_cast<T>(factor),
                                  static_cast<T>(identity), Pairs().data<std::int32_t>(),
                                  reinterpret_cast<X*>(matrices.data<T>())});
    });
  }

  void MakeBlocks(const Tensor& circular, Index n, double c, const Tensor& sampled, Index m,
                  bool invert, double factor, double identity, Part part,
                  const Tensor& blocks) override {
    MONDEQ_CHECK(half_ != nullptr && part.count == 1);
    const FullPrecision full(context_.get());
    DispatchFloat(blocks.dtype(), [&](auto zero) {
      using T = decltype(zero);
      using S = std::complex<T>;
      const Index size = 4 * n, count = half_->CountOfPairs();
      S* k = Work<T>(count * size * size + std::max(count * m * size, InverseScratch(count, size)));
      S* kernels = k + count * size * size;
      half_->TakePairs(m * size, Numbers<T>(sampled), kernels);
      const auto down = [&](cublasOperation_t op) {
        return Matrices<S>{kernels, size, m * size, op};
      };
      mondeq::Multiply(*context_, count, size, size, m, S{static_cast<T>(c) / 4}, down(CUBLAS_OP_C),
                       down(CUBLAS_OP_N), S{0}, Matrices<S>{k, size, size * size});
      LaunchRows(context_->stream(), 4 * count, n * n,
                 AddDiagonalBlocks<T>{grid_, n, half_->Pairs().data<std::int32_t>(),
                                      ForFunctor(Numbers<T>(circular)), ForFunctor(k)});
      half_->FinishPairsOf(size, true, invert, factor, identity, k, blocks);
    });
  }

  double Norm(const Tensor& matrices, Index m, Index n) override {
    return DispatchFloat(matrices.dtype(), [&](auto zero) {
      using T = decltype(zero);
      using Matrix = Eigen::Matrix<std::complex<T>, Eigen::Dynamic, Eigen::Dynamic>;
      using RowMajor =
          Eigen::Matrix<std::complex<T>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
      std::vector<std::complex<T>> host(static_cast<std::size_t>(pixels() * m * n));
      context_->CopyToHost(matrices.raw(), matrices.bytes(), host.data());
      std::vector<double> norms;
      for (Index f = 0; f < pixels(); ++f) {
        norms.push_back(
            MatrixNorm<T>(Matrix(Eigen::Map<const RowMajor>(host.data() + f * m * n, m, n))));
      }
      return LargestOrNan(norms);
    });
  }

  // sum over samples of u[p] z[p + d] = 1/P Re sum over f of conj(U_f) Z_f' exp(2 pi i f d): what
  // two samples in a lane add is imaginary.
  void Correlate(double alpha, bool sampled, const Tensor& u, Index m, const Tensor& z, Index n,
                 Index batch, double beta, const Tensor& taps) override {
    DispatchFloat(u.dtype(), [&](auto zero) {
      using T = decltype(zero);
      using S = std::complex<T>;
      const Index lanes = Lanes(batch), size = taps.shape()[0], count = size * size;
      S* from = Numbers<T>(u);
      if (sampled) {
        T* whole = State<T>(pixels() * 2 * m * lanes);
        LaunchRows(context_->stream(), pixels(), 2 * m * lanes,
                   Unfold<T>{grid_, 2 * m * lanes, u.data<T>(), whole});
        from = reinterpret_cast<S*>(whole);
      }
      // The conjugates, [f][m][n]: U_f conj(Z_f)'.
      S* grams = Work<T>((pixels() + count) * m * n);
      S* sums = grams + pixels() * m * n;
      mondeq::Multiply(*context_, pixels(), m, n, lanes, S{1}, Matrices<S>{from, lanes, m * lanes},
                       Matrices<S>{Numbers<T>(z), lanes, n * lanes, CUBLAS_OP_C}, S{0},
                       Matrices<S>{grams, n, m * n});
      mondeq::Multiply(*context_, 1, count, m * n, pixels(), S{1},
                       Matrices<S>{Numbers<T>(Phases<T>(size)), count, 0, CUBLAS_OP_C},
                       Matrices<S>{grams, m * n}, S{0}, Matrices<S>{sums, m * n});
      LaunchEach(context_->stream(), count * m * n,
                 TakeRealPart<T>{static_cast<T>(alpha) * Scale<T>(), static_cast<T>(beta),
                                 reinterpret_cast<const T*>(sums), taps.data<T>()});
    });
  }

 private:
  // How many frequencies the half torus has.
  Index groups() const {
    MONDEQ_CHECK(half_ != nullptr);
    return half_->pixels();
  }
  template <class T>
  T Scale() const {
    return T{1} / static_cast<T>(pixels());
  }

  // Memory for numbers that are read before the next call.
  template <class T>
  T* State(Index size) {
    return state_.Get(*context_, DTypeOf<T>(), {size}).template data<T>();
  }

  // spectrum = factor from, with zeros where a lane has no sample.
  template <class T>
  void Scale(T factor, const T* from, Index stride, Index rows, Index batch,
             const Tensor& spectrum) {
    const Index padded = 2 * Lanes(batch);
    LaunchRows(context_->stream(), rows, padded,
               ScaleAndPad<T>{factor, from, stride, batch, spectrum.data<T>(), padded});
  }

  Block WholeState(Index channels, Index batch) const {
    Block block;
    block.rows = pixels() * channels;
    block.lanes = batch;
    block.slots = Slots(channels);
    block.stream = &context_->stream();
    return block;
  }

  bool RunsOnSlabs(DType dtype, Index batch, const BlockMap& map) const {
    return dtype == DType::kFloat32 && map.runs_on_slabs() && slabs_.Serve(batch);
  }
  // spectrum = F map(scale F^-1 from); they may be the same.
  void RunOnSlabs(const void* from, double scale, const Tensor& spectrum, Index channels,
                  Index batch, const BlockMap& map) {
    SlabTransform slab = slabs_.Transform(channels, batch, from, spectrum.raw());
    slab.scale = scale;
    Block block = WholeState(channels, batch);
    block.slab = &slab;
    map(block);
  }

  // Runs the map on pixels, and transforms them.
  template <class T>
  void RunMap(const Tensor& x, Index channels, Index batch, const BlockMap& map) {
    Block block = WholeState(channels, batch);
    block.v = x.raw();
    block.stride = 2 * Lanes(batch);
    map(block);
    fourier_.Run(false, channels * Lanes(batch), Numbers<T>(x), Numbers<T>(x));
  }

  // y = alpha op(M) x + beta y for `count` matrices [m, n].
  template <class T>
  void Product(Index count, T alpha, const Tensor& matrices, Index m, Index n, Transpose adjoint,
               std::complex<T>* x, Index batch, T beta, std::complex<T>* y) {
    using S = std::complex<T>;
    const bool forward = adjoint == mondeq::Transpose::kNo;
    const Index lanes = Lanes(batch), from = forward ? n : m, to = forward ? m : n;
    mondeq::Multiply(
        *context_, count, to, lanes, from, S{alpha},
        Matrices<S>{Numbers<T>(matrices), n, m * n, forward ? CUBLAS_OP_N : CUBLAS_OP_C},
        Matrices<S>{x, lanes, from * lanes}, S{beta}, Matrices<S>{y, lanes, to * lanes});
  }

  // x with the four frequencies of each q one after the other; `size` numbers at each.
  template <class T>
  std::complex<T>* Packed(const Tensor& x, Index size) {
    T* packed = packed_.Get(*context_, x.dtype(), {pixels() * size}).template data<T>();
    LaunchRows(context_->stream(), pixels(), size,
               PackAliases<T>{grid_, size, x.data<T>(), packed});
    return reinterpret_cast<std::complex<T>*>(packed);
  }
  template <class T>
  void Unpack(const std::complex<T>* packed, Index size, T beta, const Tensor& y) {
    LaunchRows(
        context_->stream(), pixels(), size,
        UnpackAliases<T>{grid_, size, reinterpret_cast<const T*>(packed), beta, y.data<T>()});
  }

  // Memory for numbers that are read before the next call.
  template <class T>
  std::complex<T>* Work(Index size) {
    return Numbers<T>(work_.Get(*context_, DTypeOf<T>(), {2 * size}));
  }

  // to[p] = from at the p-th of the frequencies of which no two are opposite.
  template <class T>
  void TakePairs(Index elements, const std::complex<T>* from, std::complex<T>* to) {
    LaunchRows(context_->stream(), CountOfPairs(), elements,
               TakeMatrices<T>{Pairs().template data<std::int32_t>(), elements,
                               reinterpret_cast<const Complex<T>*>(from), ForFunctor(to)});
  }
  // M = factor K + identity I of [n, n] at all frequencies, where k, [p][n][n], is K or, if they
  // are to be inverted, K^-1, with InverseScratch after it.
  template <class T>
  void FinishPairsOf(Index n, bool has_aliases, bool invert, double factor, double identity,
                     std::complex<T>* k, const Tensor& matrices) {
    const FullPrecision full(context_.get());
    const Index count = CountOfPairs();
    if (invert) InvertBatch<std::complex<T>>(*context_, count, n, {k, n, n * n}, k + count * n * n);
    LaunchRows(context_->stream(), count, n * n,
               FinishPairs<T>{grid_, n, has_aliases, static_cast<T>(factor),
                              static_cast<T>(identity), Pairs().template data<std::int32_t>(),
                              ForFunctor(k), ForFunctor(Numbers<T>(matrices))});
  }

  // exp(2 pi i (f, d)) for offset d of a kernel of this size.
  std::complex<double> Phase(Index f, Index d, Index size) const {
    const Index y = (d / size - size / 2) * (f / columns());
    const Index x = (d % size - size / 2) * (f % columns());
    // Whole turns are taken off first: they would cost digits.
    const double turns = static_cast<double>(y % rows()) / static_cast<double>(rows()) +
                         static_cast<double>(x % columns()) / static_cast<double>(columns());
    return std::polar(1.0, 2 * M_PI * turns);
  }

  // The phases of all offsets, [frequency][tap].
  template <class T>
  const Tensor& Phases(Index size) {
    Tensor& phases = phases_[{size, DTypeOf<T>()}];
    if (!phases.empty()) return phases;
    std::vector<std::complex<T>> host;
    for (Index f = 0; f < pixels(); ++f) {
      for (Index d = 0; d < size * size; ++d) host.push_back(std::complex<T>(Phase(f, d, size)));
    }
    phases = context_->Upload(host, DTypeOf<T>(), {pixels(), 2 * size * size});
    return phases;
  }

  // One of every two opposite frequencies, padded for SumOfTapsOfPairs.
  std::vector<std::int32_t> HostPairs() const {
    std::vector<std::int32_t> pairs;
    for (Index f = 0; f < pixels(); ++f) {
      if (f <= grid_.Opposite(f)) pairs.push_back(static_cast<std::int32_t>(f));
    }
    pairs.resize(static_cast<std::size_t>(PaddedPairs()), 0);
    return pairs;
  }
  // As many are their own opposites as there are pixels whose coordinates are 0 or half a side.
  Index CountOfPairs() const {
    const Index alone = (rows() % 2 == 0 ? 2 : 1) * (columns() % 2 == 0 ? 2 : 1);
    return (pixels() + std::min(alone, pixels())) / 2;
  }
  Index PaddedPairs() const {
    constexpr Index kAtATime = SumOfTapsOfPairs<float>::kAtATime;
    return CeilDiv(CountOfPairs(), kAtATime) * kAtATime;
  }
  const Tensor& Pairs() {
    if (pairs_.empty()) pairs_ = context_->Upload(HostPairs(), DType::kInt32, {PaddedPairs()});
    return pairs_;
  }
  // Their phases, [tap][pair].
  template <class T>
  const Tensor& PhasesOfPairs(Index size) {
    Tensor& phases = phases_of_pairs_[{size, DTypeOf<T>()}];
    if (!phases.empty()) return phases;
    std::vector<std::complex<T>> host;
    const std::vector<std::int32_t> pairs = HostPairs();
    for (Index d = 0; d < size * size; ++d) {
      for (Index f : pairs) host.push_back(std::complex<T>(Phase(f, d, size)));
    }
    phases = context_->Upload(host, DTypeOf<T>(), {size * size, 2 * PaddedPairs()});
    return phases;
  }

  std::shared_ptr<CudaContext> context_;
  FrequencyGrid grid_;
  Fourier fourier_;
  Slabs slabs_;
  std::unique_ptr<CudaTorus> half_;  // null where a side is odd
  std::map<std::pair<Index, DType>, Tensor> phases_, phases_of_pairs_;
  Tensor pairs_;
  Scratch state_, packed_, work_;
};

}  // namespace

std::unique_ptr<Torus> MakeCudaTorus(Index rows, Index columns,
                                     std::shared_ptr<CudaContext> context) {
  return std::make_unique<CudaTorus>(rows, columns, std::move(context));
}

}  // namespace mondeq
