// Products of real matrices: tiles of accumulators in registers over rows of vectors.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_REAL_PRODUCT_H_
#define MONDEQ_DEVICE_CPU_KERNELS_REAL_PRODUCT_H_

#include "mondeq/device/cpu/kernels/simd.h"

namespace mondeq {
namespace MONDEQ_ISA {

template <class T>
void MultiplyReal(const RealProduct<T>& p) {
  for (std::int64_t i = 0; i < p.m; ++i) {
    for (std::int64_t j = 0; j < p.n; ++j) {
      T sum = 0;
      for (std::int64_t k = 0; k < p.k; ++k) {
        const T a = p.a_transposed ? p.a[k * p.a_stride + i] : p.a[i * p.a_stride + k];
        const T b = p.b_transposed ? p.b[j * p.b_stride + k] : p.b[k * p.b_stride + j];
        sum += a * b;
      }
      T& c = p.c[i * p.c_stride + j];
      c = p.alpha * sum + (p.beta == T{0} ? T{0} : p.beta * c);
    }
  }
}

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_REAL_PRODUCT_H_
