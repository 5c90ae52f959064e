// The torus on the CPU: one task per slab (a channel of a few samples, which fits in the
// second-level cache) or per pair of frequencies.
#ifndef MONDEQ_DEVICE_CPU_TORUS_CPU_TORUS_H_
#define MONDEQ_DEVICE_CPU_TORUS_CPU_TORUS_H_

#include <memory>

#include "mondeq/device/cpu/thread_pool.h"
#include "mondeq/device/isa.h"
#include "mondeq/device/torus.h"

namespace mondeq {

// `pool` must outlive the torus.
std::unique_ptr<Torus> MakeCpuTorus(Index rows, Index columns, ThreadPool* pool, Isa isa);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_TORUS_CPU_TORUS_H_
