// The table of kernels of one instruction set: this file is compiled once for each.
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

template <class T>
struct Table {
  static const Kernels<T> kernels;
};

// The value is a constant: nothing of an instruction set that the processor lacks may run at
// start-up.
template <class T>
const Kernels<T> Table<T>::kernels = MakeKernels<T>();

template struct Table<float>;
template struct Table<double>;

}  // namespace MONDEQ_ISA
}  // namespace mondeq
