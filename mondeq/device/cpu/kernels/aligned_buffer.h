// Memory for kernels: aligned to a cache line, grown when asked for more, never shrunk.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_ALIGNED_BUFFER_H_
#define MONDEQ_DEVICE_CPU_KERNELS_ALIGNED_BUFFER_H_

#include <memory>
#include <new>

#include "mondeq/core/features.h"

namespace mondeq {

template <class T>
class AlignedBuffer {
 public:
  // Room for `count` elements; what it held is lost when it grows.
  T* Get(Index count) {
    if (count > size_) {
      memory_.reset(static_cast<T*>(
          ::operator new (static_cast<std::size_t>(count) * sizeof(T), std::align_val_t{64})));
      size_ = count;
    }
    return memory_.get();
  }

 private:
  struct Free {
    void operator()(T* p) const { ::operator delete (p, std::align_val_t{64}); }
  };
  std::unique_ptr<T, Free> memory_;
  Index size_ = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_ALIGNED_BUFFER_H_
