// The instruction sets that inner loops are compiled for. One binary holds them all and takes the
// best that the processor has.
#ifndef MONDEQ_DEVICE_ISA_H_
#define MONDEQ_DEVICE_ISA_H_

#include <vector>

namespace mondeq {

// The baseline of the build, and what isa.bzl lists: each has all that the one before it has.
enum class Isa { kGeneric, kAvx2, kAvx512 };

// "generic", "avx2", "avx512"
const char* ToString(Isa isa);

// The instruction sets that this processor can run, the best last.
std::vector<Isa> AvailableIsas();

// The instruction set that loops run with: the best, unless another available one was set.
Isa BestIsa();
// For tests: devices that are made and loops that run from now on use `isa`.
void SetBestIsa(Isa isa);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_ISA_H_
