// The primitives that a solver's iteration and its resolvent are made of, at the sizes of
// cifar10_conv (81 channels, 36 x 36 torus) and mnist_dense (87 units), batch 128, one thread a
// core. GFLOP/s count as a CountingDevice does.
//   bazel run --config=opt //mondeq/benchmarks:kernels_benchmark
#include <memory>

#include "benchmark/benchmark.h"
#include "mondeq/core/random.h"
#include "mondeq/device/counting/counting_device.h"
#include "mondeq/device/cpu/cpu_device.h"

namespace mondeq {
namespace {

constexpr Index kBatch = 128, kUnits = 87, kChannels = 81, kSide = 36, kWindow = 3;

// A map that touches nothing, so that what is timed are the two transforms around it.
class NoMap final : public BlockMap {
 public:
  void operator()(const Block&) const override {}
};

class Kernels : public benchmark::Fixture {
 protected:
  Tensor Random(Shape shape, double scale) {
    std::vector<float> values(static_cast<std::size_t>(shape.size()));
    for (float& value : values) value = static_cast<float>(scale * random_.Normal());
    const Tensor x = device_.Allocate(DType::kFloat32, shape);
    device_.CopyFromHost(values.data(), x);
    return x;
  }
  // The spectrum of a random state.
  Tensor Spectrum() {
    const Tensor spectrum =
        device_.Allocate(DType::kFloat32, torus_->SpectrumShape(kChannels, kBatch));
    torus_->Transform(Random({kSide * kSide * kChannels, kBatch}, 1), kChannels, spectrum);
    return spectrum;
  }
  // The matrices of a kernel that is the identity but for some noise, so that inverses exist.
  Tensor Matrices() {
    const Tensor taps = Random({kWindow * kWindow * kChannels, kChannels}, 0.01);
    const Index center = kWindow * kWindow / 2 * kChannels;
    for (Index i = 0; i < kChannels; ++i) {
      taps.data<float>()[(center + i) * kChannels + i] += 1;
    }
    const Tensor matrices =
        device_.Allocate(DType::kFloat32, torus_->MatricesShape(kChannels, kChannels));
    torus_->KernelMatrices(taps.View({kWindow, kWindow, kChannels, kChannels}), Part::All(),
                           matrices);
    return matrices;
  }

  template <class F>
  void Measure(benchmark::State& state, F&& f) {
    f();
    device_.Take();
    for (auto _ : state) f();
    state.counters["GFLOP/s"] =
        benchmark::Counter(device_.Take().flops / 1e9, benchmark::Counter::kIsRate);
  }

  std::unique_ptr<Device> plain_ = MakeCpuDevice(0);
  CountingDevice device_{plain_.get()};
  std::unique_ptr<Torus> torus_ = device_.MakeTorus(kSide, kSide);
  mondeq::Random random_{1};
};

BENCHMARK_DEFINE_F(Kernels, TorusMap)(benchmark::State& state) {
  const Tensor spectrum = Spectrum();
  Measure(state, [&] { torus_->Map(spectrum, kChannels, kBatch, NoMap()); });
}

BENCHMARK_DEFINE_F(Kernels, TorusTransform)(benchmark::State& state) {
  const Tensor spectrum = Spectrum(), x = Random({kSide * kSide * kChannels, kBatch}, 1);
  Measure(state, [&] { torus_->Transform(x, kChannels, spectrum); });
}

BENCHMARK_DEFINE_F(Kernels, TorusCorrelate)(benchmark::State& state) {
  const Tensor u = Spectrum(), z = Spectrum();
  const Tensor taps = Random({2 * kWindow - 1, 2 * kWindow - 1, kChannels, kChannels}, 1);
  Measure(state, [&] { torus_->Correlate(1, false, u, kChannels, z, kChannels, kBatch, 0, taps); });
}

BENCHMARK_DEFINE_F(Kernels, TorusKernelMatrices)(benchmark::State& state) {
  const Tensor taps = Random({2 * kWindow - 1, 2 * kWindow - 1, kChannels, kChannels}, 1);
  const Tensor matrices = Matrices();
  Measure(state, [&] { torus_->KernelMatrices(taps, Part::All(), matrices); });
}

BENCHMARK_DEFINE_F(Kernels, TorusMultiply)(benchmark::State& state) {
  const Tensor spectrum = Spectrum(), matrices = Matrices();
  Measure(state, [&] {
    torus_->Multiply(1, matrices, kChannels, kChannels, Transpose::kNo, spectrum, kBatch, 0,
                     spectrum);
  });
}

BENCHMARK_DEFINE_F(Kernels, TorusInvertMatrices)(benchmark::State& state) {
  const Tensor matrices = Matrices();
  Measure(state, [&] { torus_->InvertMatrices(kChannels, 1, 0, Part::All(), matrices); });
}

BENCHMARK_DEFINE_F(Kernels, MatMul)(benchmark::State& state) {
  const Tensor a = Random({kUnits, kUnits}, 0.1), x = Random({kUnits, kBatch}, 1);
  const Tensor y = device_.Allocate(DType::kFloat32, x.shape());
  Measure(state, [&] { device_.MatMul(1, a, Transpose::kNo, x, Transpose::kNo, 0, y); });
}

BENCHMARK_DEFINE_F(Kernels, SquareColumns)(benchmark::State& state) {
  const Tensor x = Random({kSide * kSide * kChannels, kBatch}, 1);
  std::vector<double> squares;
  Measure(state, [&] { device_.SquareColumns(x, &squares); });
}

BENCHMARK_REGISTER_F(Kernels, TorusMap)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_REGISTER_F(Kernels, TorusTransform)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_REGISTER_F(Kernels, TorusCorrelate)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_REGISTER_F(Kernels, TorusKernelMatrices)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_REGISTER_F(Kernels, TorusMultiply)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_REGISTER_F(Kernels, TorusInvertMatrices)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_REGISTER_F(Kernels, MatMul)->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK_REGISTER_F(Kernels, SquareColumns)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace mondeq
