#ifndef MONDEQ_DEVICE_CPU_KERNELS_TRANSPOSE_H_
#define MONDEQ_DEVICE_CPU_KERNELS_TRANSPOSE_H_

#include <utility>

#include "mondeq/device/cpu/kernels/simd.h"

namespace mondeq {
namespace MONDEQ_ISA {

// Swaps the off-diagonal blocks of every 2 Step x 2 Step square in rows i, i + Step.
template <class T, int Step, int... Lane>
MONDEQ_INLINE void SwapBlocks(Vector<T>& a, Vector<T>& b, std::integer_sequence<int, Lane...>) {
  constexpr int kW = kWidth<T>;
  const Vector<T> low = __builtin_shufflevector(a, b, ((Lane & Step) ? kW + Lane - Step : Lane)...);
  b = __builtin_shufflevector(a, b, ((Lane & Step) ? kW + Lane : Lane + Step)...);
  a = low;
}

template <class T, int Step>
MONDEQ_INLINE void TransposeStage(Vector<T> (&rows)[kWidth<T>]) {
  if constexpr (Step < kWidth<T>) {
    MONDEQ_UNROLL
    for (int i = 0; i < kWidth<T>; ++i) {
      if ((i & Step) == 0) {
        SwapBlocks<T, Step>(rows[i], rows[i + Step], std::make_integer_sequence<int, kWidth<T>>());
      }
    }
    TransposeStage<T, 2 * Step>(rows);
  }
}

// rows[i][j] becomes rows[j][i].
template <class T>
MONDEQ_INLINE void Transpose(Vector<T> (&rows)[kWidth<T>]) {
  TransposeStage<T, 1>(rows);
}

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_TRANSPOSE_H_
