// Where tensors live.
#ifndef MONDEQ_DEVICE_CPU_LARGE_PAGES_H_
#define MONDEQ_DEVICE_CPU_LARGE_PAGES_H_

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

namespace mondeq {

// Large arrays in large pages, if the system has them: a state's rows are far apart, and each would
// need an entry of its own in the processor's table of pages.
inline std::shared_ptr<void> AllocateBytes(std::size_t bytes) {
  constexpr std::size_t kLine = 64, kLargePage = std::size_t{1} << 21;
  const bool large = bytes >= 2 * kLargePage;
  const std::align_val_t alignment{large ? kLargePage : kLine};
  void* memory = ::operator new(std::max<std::size_t>(bytes, 1), alignment);
  // Advice only: where it is refused the pages are small.
  if (large) madvise(memory, bytes / kLargePage * kLargePage, MADV_HUGEPAGE);
  return std::shared_ptr<void>(memory, [alignment](void* p) { ::operator delete(p, alignment); });
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_LARGE_PAGES_H_
