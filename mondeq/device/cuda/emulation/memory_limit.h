// How much memory the emulated GPU has, for tests of running out of it.
#ifndef MONDEQ_DEVICE_CUDA_EMULATION_MEMORY_LIMIT_H_
#define MONDEQ_DEVICE_CUDA_EMULATION_MEMORY_LIMIT_H_

#include <cstddef>

namespace mondeq {

void SetEmulatedMemory(std::size_t bytes);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_EMULATION_MEMORY_LIMIT_H_
