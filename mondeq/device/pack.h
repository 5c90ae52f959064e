// Four neighbouring lanes of a state, for functors that take them at once.
#ifndef MONDEQ_DEVICE_PACK_H_
#define MONDEQ_DEVICE_PACK_H_

#include "mondeq/device/launch.h"

namespace mondeq {

// They are aligned to 16 bytes.
template <class T>
struct alignas(16) Pack {
  static constexpr int kLanes = 4;

  MONDEQ_HOST_DEVICE static Pack Load(const T* p) { return *reinterpret_cast<const Pack*>(p); }
  MONDEQ_HOST_DEVICE void Store(T* p) const { *reinterpret_cast<Pack*>(p) = *this; }

  T v[kLanes];
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_PACK_H_
