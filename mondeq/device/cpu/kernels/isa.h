// The instruction sets that kernels are compiled for. One binary holds them all and takes the best
// that the processor has.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_ISA_H_
#define MONDEQ_DEVICE_CPU_KERNELS_ISA_H_

#include <vector>

namespace mondeq {

enum class Isa { kGeneric, kAvx2, kAvx512 };

// "generic", "avx2", "avx512"
const char* ToString(Isa isa);

// Those that this processor can run, the best last.
std::vector<Isa> AvailableIsas();

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_ISA_H_
