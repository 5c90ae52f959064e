#include "mondeq/benchmarks/rates.h"

#include <algorithm>

#include "mondeq/benchmarks/timing.h"
#include "mondeq/device/cpu/cpu_device.h"

namespace mondeq {
namespace {

Tensor Ones(Device& device, Shape shape) {
  const Tensor x = device.Allocate(DType::kFloat32, shape);
  device.Fill(1, x);
  return x;
}

double FlopsPerSecond(Device& device) {
  constexpr Index kSmallest = 1024, kLargest = 8192;
  constexpr double kLongMs = 5;
  double best = 0, ms = 0;
  for (Index n = kSmallest; n <= kLargest && ms < kLongMs; n *= 2) {
    const Tensor a = Ones(device, {n, n}), b = Ones(device, {n, n}), c = Ones(device, {n, n});
    ms = TimeRepeated(device, [&] {
           device.MatMul(1, a, Transpose::kNo, b, Transpose::kNo, 0, c);
         }).best;
    const auto order = static_cast<double>(n);
    best = std::max(best, 2 * order * order * order / ms * 1e3);
  }
  return best;
}

double CopyBytesPerSecond(Device& device, double bytes) {
  const auto size = static_cast<Index>(bytes / 2 / sizeof(float));
  const Tensor from = Ones(device, {size}), to = Ones(device, {size});
  return bytes / TimeRepeated(device, [&] { device.Copy(from, to); }).best * 1e3;
}

}  // namespace

MachineRates MeasureRates(Device& device, int threads) {
  if (device.stream() == nullptr) return MeasureMachineRates(threads > 0 ? threads : UsableCores());
  // The caches of GPUs in data centres hold 40 MiB and more; on a GPU whose cache holds less this
  // is the rate of its memory too.
  constexpr double kCacheBytes = 1 << 25, kMemoryBytes = 1 << 29;
  MachineRates rates;
  rates.flops_per_second = FlopsPerSecond(device);
  rates.memory_bytes_per_second = CopyBytesPerSecond(device, kMemoryBytes);
  rates.cache_bytes_per_second = CopyBytesPerSecond(device, kCacheBytes);
  rates.last_level_cache_bytes = kCacheBytes;
  return rates;
}

double FloorMs(const Work& work, const MachineRates& rates) {
  const double bytes_per_second = work.working_set > rates.last_level_cache_bytes
                                      ? rates.memory_bytes_per_second
                                      : rates.cache_bytes_per_second;
  return 1e3 * std::max(work.flops / rates.flops_per_second, work.bytes / bytes_per_second);
}

}  // namespace mondeq
