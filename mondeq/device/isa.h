// The instruction sets that inner loops are compiled for. One binary holds them all and takes the
// best that the processor has.
#ifndef MONDEQ_DEVICE_ISA_H_
#define MONDEQ_DEVICE_ISA_H_

#include <vector>

namespace mondeq {

// The baseline of the build; AVX2 and FMA; AVX-512 F, BW, DQ and VL besides.
enum class Isa { kGeneric, kAvx2, kAvx512 };

// "generic", "avx2", "avx512"
const char* ToString(Isa isa);

// Those that this processor can run, the best last.
std::vector<Isa> AvailableIsas();

// The one that loops run with: the best, unless another available one was set.
Isa BestIsa();
// For tests and measurements: the devices made and the loops run from now on use this one.
void SetBestIsa(Isa isa);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_ISA_H_
