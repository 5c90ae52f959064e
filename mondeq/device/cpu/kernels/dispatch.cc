#include "mondeq/core/status.h"
#include "mondeq/device/cpu/kernels/kernels.h"

namespace mondeq {

#define MONDEQ_DECLARE_KERNELS(isa)            \
  namespace isa {                              \
  extern const Kernels<float> kFloatKernels;   \
  extern const Kernels<double> kDoubleKernels; \
  }

MONDEQ_DECLARE_KERNELS(generic)
#if defined(__x86_64__)
MONDEQ_DECLARE_KERNELS(avx2)
MONDEQ_DECLARE_KERNELS(avx512)
#endif

template <>
const Kernels<float>& GetKernels(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return avx512::kFloatKernels;
  if (isa == Isa::kAvx2) return avx2::kFloatKernels;
#endif
  MONDEQ_CHECK(isa == Isa::kGeneric);
  return generic::kFloatKernels;
}

template <>
const Kernels<double>& GetKernels(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return avx512::kDoubleKernels;
  if (isa == Isa::kAvx2) return avx2::kDoubleKernels;
#endif
  MONDEQ_CHECK(isa == Isa::kGeneric);
  return generic::kDoubleKernels;
}

}  // namespace mondeq
