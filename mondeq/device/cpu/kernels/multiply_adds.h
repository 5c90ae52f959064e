// Nothing but multiply-adds in registers, to measure the processor's peak.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_MULTIPLY_ADDS_H_
#define MONDEQ_DEVICE_CPU_KERNELS_MULTIPLY_ADDS_H_

#include "mondeq/device/cpu/kernels/simd.h"

namespace mondeq {
namespace MONDEQ_ISA {

template <class T>
double MultiplyAdds(std::int64_t steps, T* sink) {
  // More sums than any pipeline has in flight (latency x throughput), and few enough for the
  // registers.
  constexpr int kVectors = kVectorBytes == 64 ? 16 : 12;
  Vector<T> sums[kVectors];
  for (int i = 0; i < kVectors; ++i) sums[i] = Splat(static_cast<T>(i));
  Vector<T> factor = Splat(static_cast<T>(0.999)), term = Splat(static_cast<T>(0.001));
  for (std::int64_t step = 0; step < steps; ++step) {
    MONDEQ_UNROLL
    for (int i = 0; i < kVectors; ++i) sums[i] = sums[i] * factor + term;
  }
  Vector<T> sum = sums[0];
  for (int i = 1; i < kVectors; ++i) sum += sums[i];
  Store<T>(sum, sink);
  return 2.0 * kVectors * kWidth<T> * static_cast<double>(steps);
}

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_MULTIPLY_ADDS_H_
