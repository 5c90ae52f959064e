// Four neighbouring lanes of a state, for functors that take them at once.
#ifndef MONDEQ_DEVICE_PACK_H_
#define MONDEQ_DEVICE_PACK_H_

#include "mondeq/device/launch.h"

namespace mondeq {

// They are read and written 16 bytes at a time, and aligned to that.
template <class T>
struct alignas(16) Pack {
  static constexpr int kLanes = 4;

  MONDEQ_HOST_DEVICE static Pack Load(const T* p) { return *reinterpret_cast<const Pack*>(p); }
  MONDEQ_HOST_DEVICE void Store(T* p) const {
#ifdef __CUDA_ARCH__
    // Of a struct the compiler makes a store of each lane.
    if constexpr (sizeof(T) == sizeof(float)) {
      asm volatile("st.v4.f32 [%0], {%1, %2, %3, %4};" ::"l"(p), "f"(v[0]), "f"(v[1]), "f"(v[2]),
                   "f"(v[3])
                   : "memory");
    } else {
      asm volatile("st.v2.f64 [%0], {%1, %2};" ::"l"(p), "d"(v[0]), "d"(v[1]) : "memory");
      asm volatile("st.v2.f64 [%0], {%1, %2};" ::"l"(p + 2), "d"(v[2]), "d"(v[3]) : "memory");
    }
#else
    *reinterpret_cast<Pack*>(p) = *this;
#endif
  }

  T v[kLanes];
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_PACK_H_
