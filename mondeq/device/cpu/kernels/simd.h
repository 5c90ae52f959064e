// Vectors of the instruction set that this translation unit is compiled for (MONDEQ_ISA). Only
// kernels.cc and the headers that it includes may use this: everything lives in a namespace of its
// instruction set, and nothing here may come from a header whose inline functions the linker could
// take from another translation unit.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_SIMD_H_
#define MONDEQ_DEVICE_CPU_KERNELS_SIMD_H_

#include <cstddef>

#include "mondeq/device/cpu/kernels/kernels.h"

#define MONDEQ_INLINE __attribute__((always_inline)) inline
// Stands before loops with a constant trip count, over arrays that are to stay in registers.
#define MONDEQ_UNROLL _Pragma("GCC unroll 16")

namespace mondeq {
namespace MONDEQ_ISA {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
// A product's tile of kTileRows x kTileVectors accumulators, beside kTileVectors operands and a
// broadcast, fits the registers.
constexpr int kTileRows = 8, kTileVectors = 3;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
constexpr int kTileRows = 4, kTileVectors = 2;
#else
constexpr int kVectorBytes = 16;
constexpr int kTileRows = 4, kTileVectors = 2;
#endif

template <class T>
struct VectorOf {
  typedef T Type __attribute__((vector_size(kVectorBytes)));
};
template <class T>
using Vector = typename VectorOf<T>::Type;

template <class T>
constexpr int kWidth = kVectorBytes / static_cast<int>(sizeof(T));

template <class T>
MONDEQ_INLINE Vector<T> Load(const T* p) {
  Vector<T> v;
  __builtin_memcpy(&v, p, sizeof(v));
  return v;
}
template <class T>
MONDEQ_INLINE void Store(Vector<T> v, T* p) {
  __builtin_memcpy(p, &v, sizeof(v));
}
template <class T>
MONDEQ_INLINE Vector<T> Splat(T x) {
  return x - Vector<T>{};  // exact, unlike x + 0 for x = -0
}

// The sizes of scratch and panels in kernels.h count on this.
static_assert(kTileVectors * kWidth<float> <= 3 * kGroup && kTileRows <= kPanel &&
                  kWidth<float> <= kGroup,
              "a tile is larger than its scratch");

// Fetches a line of memory into the second-level cache.
MONDEQ_INLINE void PrefetchLine(const void* p) { __builtin_prefetch(p, 0, 2); }

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_SIMD_H_
