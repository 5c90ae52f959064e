// Allocates the tensors that live in the host's own memory.
#ifndef MONDEQ_DEVICE_HOST_MEMORY_H_
#define MONDEQ_DEVICE_HOST_MEMORY_H_

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <new>

#include "mondeq/device/tensor.h"

namespace mondeq {

// Large arrays are in large pages, if the system has them: a state's rows are far apart, and each
// would need an entry of its own in the processor's table of pages. They begin at different places
// within a page, since arrays that are walked together would else fall on the same sets of a cache
// and the same banks of memory all along.
inline std::shared_ptr<void> AllocateHostBytes(std::size_t bytes) {
  constexpr std::size_t kLine = 64, kLargePage = std::size_t{1} << 21;
  // The places are two small pages and some lines of the cache apart; there are sixteen.
  constexpr std::size_t kShift = 8192 + 256, kShifts = 16;
  static std::atomic<std::size_t> arrays{0};
  const bool large = bytes >= 2 * kLargePage;
  const std::size_t shift = large ? arrays++ % kShifts * kShift : 0;
  const std::align_val_t alignment{large ? kLargePage : kLine};
  char* memory =
      static_cast<char*>(::operator new(std::max<std::size_t>(bytes + shift, 1), alignment));
  // Advice only: where it is refused the pages are small.
  if (large) madvise(memory, bytes / kLargePage * kLargePage, MADV_HUGEPAGE);
  return std::shared_ptr<void>(memory + shift,
                               [=](void*) { ::operator delete(memory, alignment); });
}

// An uninitialised tensor.
inline Tensor AllocateHost(DType dtype, Shape shape) {
  return Tensor(dtype, shape,
                AllocateHostBytes(static_cast<std::size_t>(shape.size()) * SizeOf(dtype)));
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_HOST_MEMORY_H_
