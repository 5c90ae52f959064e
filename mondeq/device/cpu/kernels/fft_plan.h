// Plans of transforms of any length: n = n1 n2 with factors that have a codelet (dft.h), or that
// are transformed by the definition. Where the factors are coprime, points are permuted such that
// no twiddles are needed (Good 1958).
#ifndef MONDEQ_DEVICE_CPU_KERNELS_FFT_PLAN_H_
#define MONDEQ_DEVICE_CPU_KERNELS_FFT_PLAN_H_

#include <cstdint>
#include <vector>

#include "mondeq/device/cpu/kernels/kernels.h"

namespace mondeq {

// Keeps the tables of a plan.
template <class T>
class FftTables {
 public:
  explicit FftTables(std::int64_t n);
  FftTables(const FftTables&) = delete;
  FftTables& operator=(const FftTables&) = delete;

  const FftPlan<T>& plan() const { return plan_; }

 private:
  FftPlan<T> plan_;
  std::vector<std::int32_t> in_, out_;
  std::vector<T> twiddles_, roots1_, roots2_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_FFT_PLAN_H_
