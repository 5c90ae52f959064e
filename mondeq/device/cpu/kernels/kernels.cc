// Compiled once for every instruction set.
#include "mondeq/device/cpu/kernels/kernels.h"

#include "mondeq/device/cpu/kernels/block_product.h"
#include "mondeq/device/cpu/kernels/block_vector_product.h"
#include "mondeq/device/cpu/kernels/fft.h"
#include "mondeq/device/cpu/kernels/gram.h"
#include "mondeq/device/cpu/kernels/inverse.h"
#include "mondeq/device/cpu/kernels/multiply_adds.h"
#include "mondeq/device/cpu/kernels/panels.h"
#include "mondeq/device/cpu/kernels/real_product.h"
#include "mondeq/device/cpu/kernels/simd.h"

namespace mondeq {
namespace MONDEQ_ISA {

template <class T>
constexpr Kernels<T> MakeKernels() {
  Kernels<T> kernels = {};
  kernels.fft = &TransformLine<T>;
  kernels.block_product = &MultiplyBlocks<T>;
  kernels.block_vector_product = &MultiplyBlockVector<T>;
  kernels.gram = &MakeGram<T>;
  kernels.complex_inverse = &InvertComplex<T>;
  kernels.sum_taps = &SumTaps<T>;
  kernels.add_scaled = &AddScaled<T>;
  kernels.unpack_panels = &UnpackPanels<T>;
  kernels.pack_panels = &PackPanels<T>;
  kernels.real_product = &MultiplyReal<T>;
  kernels.multiply_adds = &MultiplyAdds<T>;
  return kernels;
}

// Constants: nothing of an instruction set that the processor lacks may run at start-up.
extern const Kernels<float> kFloatKernels;
extern const Kernels<double> kDoubleKernels;
constexpr Kernels<float> kFloatKernels = MakeKernels<float>();
constexpr Kernels<double> kDoubleKernels = MakeKernels<double>();

}  // namespace MONDEQ_ISA
}  // namespace mondeq
