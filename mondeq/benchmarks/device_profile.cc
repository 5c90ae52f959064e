// Every class of kernel by itself, at the sizes of cifar10_conv (81 channels, a torus of 36 x 36)
// and mnist_dense (87 units), batch 128, float32: what was achieved, as a share of what the same
// device was measured to do at best in the same run (rates.h).
//   bazel run --config=opt //mondeq/benchmarks:device_profile -- --device=auto
// GB and GFLOP count as a CountingDevice does: what the work needs, not what was done for it.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/functional/function_ref.h"
#include "mondeq/benchmarks/rates.h"
#include "mondeq/benchmarks/timing.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/random.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/device/create_device.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/nonlinearities/step_map.h"
#include "mondeq/splitting/splitting_method.h"
#include "mondeq/training/optimizer.h"

ABSL_FLAG(std::string, device, "auto", "auto, cpu or cuda");
ABSL_FLAG(int, threads, 0, "CPU threads; 0: one per core");
ABSL_FLAG(int, batch, 128, "samples");
ABSL_FLAG(int, channels, 81, "of the torus");
ABSL_FLAG(int, side, 36, "rows and columns of the torus");

namespace mondeq {
namespace {

// The taps of W, the units and inputs of mnist_dense, and the parameters of cifar10_conv.
constexpr Index kWindow = 5, kUnits = 87, kInputs = 784, kParameters = 172'218;

template <class Interface>
absl::StatusOr<std::unique_ptr<Interface>> Create(const std::string& text,
                                                  const typename Interface::Context& context) {
  typename Interface::Config config;
  ConfigSource source;
  MONDEQ_RETURN_IF_ERROR(ParseConfig(text, "device_profile", {}, &config, &source));
  return Registry<Interface>::Create(config, source, context);
}

class Profile {
 public:
  Profile(Device* device, const MachineRates& rates) : device_(device), rates_(rates) {}

  absl::Status Run() {
    MONDEQ_ASSIGN_OR_RETURN(sigma_, Create<Nonlinearity>("[mondeq.relu] {}", {}));
    MONDEQ_ASSIGN_OR_RETURN(method_, Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {}));
    std::printf("%-26s %10s %8s %10s %10s %10s\n", "kernel", "ms", "GB", "GB/s", "GFLOP/s",
                "of ceiling");
    Transforms();
    Iteration();
    Frequencies();
    Dense();
    return Adam();
  }

 private:
  Tensor Upload(const std::vector<float>& values, Shape shape) {
    const Tensor x = device_.Allocate(DType::kFloat32, shape);
    device_.CopyFromHost(values.data(), x);
    return x;
  }
  std::vector<float> Noise(Index size, double scale) {
    std::vector<float> values(static_cast<std::size_t>(size));
    for (float& value : values) value = static_cast<float>(scale * random_.Normal());
    return values;
  }
  Tensor RandomTensor(Shape shape) { return Upload(Noise(shape.size(), 1), shape); }
  Tensor RandomState() { return RandomTensor({torus_->pixels() * channels_, batch_}); }
  Tensor Spectrum() {
    const Tensor spectrum =
        device_.Allocate(DType::kFloat32, torus_->SpectrumShape(channels_, batch_));
    torus_->Transform(RandomState(), channels_, spectrum);
    return spectrum;
  }
  Tensor Zeros(Shape shape) {
    const Tensor x = device_.Allocate(DType::kFloat32, shape);
    device_.Fill(0, x);
    return x;
  }
  Tensor NearHalf();

  void Transforms();
  void Iteration();
  void Frequencies();
  void Dense();
  absl::Status Adam();

  // Prints one line. `uncounted` is work that no primitive counts.
  void Measure(const char* name, absl::FunctionRef<void()> body, const Work& uncounted = {});

  CountingDevice device_;
  const MachineRates rates_;
  const Index batch_ = absl::GetFlag(FLAGS_batch), channels_ = absl::GetFlag(FLAGS_channels);
  std::unique_ptr<Torus> torus_ =
      device_.MakeTorus(absl::GetFlag(FLAGS_side), absl::GetFlag(FLAGS_side));
  std::unique_ptr<Nonlinearity> sigma_;
  std::unique_ptr<SplittingMethod> method_;
  Random random_{1};
};

void Profile::Measure(const char* name, absl::FunctionRef<void()> body, const Work& uncounted) {
  device_.Take();
  body();
  Work work = device_.Take();
  work.Add(uncounted);
  const double ms = TimeRepeated(device_, body).median;
  std::printf("%-26s %10.4f %8.3f %10.1f %10.1f %8.1f %%\n", name, ms, work.bytes / 1e9,
              work.bytes / ms / 1e6, work.flops / ms / 1e6, 100 * FloorMs(work, rates_) / ms);
  std::fflush(stdout);
}

// Matrices that are half the identity and some noise: none is singular, and an iteration with them
// stays in bounds.
Tensor Profile::NearHalf() {
  std::vector<float> taps = Noise(kWindow * kWindow * channels_ * channels_, 1e-3);
  const Index center = kWindow * kWindow / 2 * channels_;
  for (Index i = 0; i < channels_; ++i)
    taps[static_cast<std::size_t>((center + i) * channels_ + i)] += 0.5f;
  const Tensor matrices =
      device_.Allocate(DType::kFloat32, torus_->MatricesShape(channels_, channels_));
  torus_->KernelMatrices(Upload(taps, {kWindow, kWindow, channels_, channels_}), Part::All(),
                         matrices);
  return matrices;
}

void Profile::Transforms() {
  const Tensor spectrum = Spectrum(), x = RandomState();
  Measure("transform", [&] { torus_->Transform(x, channels_, spectrum); });
  Measure("inverse transform", [&] { torus_->Invert(spectrum, channels_, x); });
}

// Profiles the pointwise step, alone and in an iteration.
void Profile::Iteration() {
  const Tensor state = RandomState(), spectrum = Spectrum(), matrices = NearHalf();
  StepArrays arrays;
  arrays.c = RandomState();
  arrays.z = Zeros(state.shape());
  const Index slots = std::max(device_.Slots(state.rows()), torus_->Slots(channels_));
  arrays.q = arrays.z;  // z is not stored
  arrays.residual = Zeros({slots, batch_});
  arrays.size = Zeros(arrays.residual.shape());
  const ProxMap prox(sigma_.get());
  const double alpha = 1;
  StepMap step(&prox, alpha, arrays);
  step.set_step(method_->At(0, alpha));
  Measure("pointwise step", [&] { device_.Map(state, step); });
  Measure("iteration", [&] {
    torus_->MultiplyThenMap(matrices, channels_, Transpose::kNo, spectrum, batch_, step);
  });
}

void Profile::Frequencies() {
  const Tensor u = Spectrum(), z = Spectrum(), matrices = NearHalf();
  const Tensor taps = RandomTensor({kWindow, kWindow, channels_, channels_});
  Measure("product per frequency", [&] {
    torus_->Multiply(1, matrices, channels_, channels_, Transpose::kNo, u, batch_, 0, z);
  });
  Measure("inverse per frequency",
          [&] { torus_->InvertMatrices(channels_, 1, 0, Part::All(), matrices); });
  Measure("correlation",
          [&] { torus_->Correlate(1, false, u, channels_, z, channels_, batch_, 0, taps); });
  Measure("matrices of a kernel", [&] { torus_->KernelMatrices(taps, Part::All(), matrices); });
}

void Profile::Dense() {
  const Tensor w = RandomTensor({kUnits, kUnits}), inverse = Zeros(w.shape());
  const Tensor u = RandomTensor({kUnits, kInputs}), x = RandomTensor({kInputs, batch_});
  const Tensor z = RandomTensor({kUnits, batch_}), y = Zeros(z.shape());
  const auto multiply = [&](const Tensor& a, const Tensor& b) {
    device_.MatMul(1, a, Transpose::kNo, b, Transpose::kNo, 0, y);
  };
  Measure("dense product", [&] { multiply(w, z); });
  Measure("dense injection", [&] { multiply(u, x); });
  Measure("dense inverse", [&] { device_.Inverse(w, inverse); });
}

absl::Status Profile::Adam() {
  ParameterStore parameters;
  parameters.Add("all", {kParameters}, 0, 1);
  parameters.Allocate(device_, DType::kFloat32, 1);
  MONDEQ_ASSIGN_OR_RETURN(
      const std::unique_ptr<Optimizer> adam,
      Create<Optimizer>("[mondeq.adam] {}", {&parameters, &device_, DType::kFloat32}));
  // The gradients are read; the values and two averages are read and written.
  const auto bytes = 7 * static_cast<double>(parameters.values().bytes());
  Index step = 0;
  Rates rates;
  rates.learning_rate = 1e-3;
  Measure("adam", [&] { adam->Step(++step, rates); }, {0, bytes, bytes});
  return device_.status();
}

absl::Status Run() {
  std::string why;
  const int threads = absl::GetFlag(FLAGS_threads);
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Device> device,
                          CreateDevice(absl::GetFlag(FLAGS_device), threads, &why));
  const MachineRates rates = MeasureRates(*device, threads);
  std::printf(
      "%s (%s): %.1f GFLOP/s of multiply-adds, %.1f GB/s from memory, %.1f GB/s from cache\n",
      device->Describe().c_str(), why.c_str(), rates.flops_per_second / 1e9,
      rates.memory_bytes_per_second / 1e9, rates.cache_bytes_per_second / 1e9);
  return Profile(device.get(), rates).Run();
}

}  // namespace
}  // namespace mondeq

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "device_profile [--device=auto|cpu|cuda] [--threads=N]: what every class of kernel achieves");
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = mondeq::Run();
  if (status.ok()) return 0;
  std::fprintf(stderr, "device_profile: %s\n", std::string(status.message()).c_str());
  return 1;
}
