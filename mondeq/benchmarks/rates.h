// What the device that is measured can do at best, and how long work takes at the least.
#ifndef MONDEQ_BENCHMARKS_RATES_H_
#define MONDEQ_BENCHMARKS_RATES_H_

#include "mondeq/benchmarks/machine_rates.h"
#include "mondeq/device/counting/counting_device.h"
#include "mondeq/device/device.h"

namespace mondeq {

// Measures the rates. A CPU device has `threads` threads (0: one per usable core), see
// machine_rates.h. On a device with memory of its own the product rate is that of the best large
// MatMul in float32, the rate of memory that of a large Copy, and the rate of the cache that of a
// Copy of arrays which it holds; a Copy counts both arrays.
MachineRates MeasureRates(Device& device, int threads);

// The least time that such work takes, max(flops / flop rate, bytes / byte rate). The byte rate is
// that of memory where a primitive uses more than the last-level cache holds.
double FloorMs(const Work& work, const MachineRates& rates);

}  // namespace mondeq

#endif  // MONDEQ_BENCHMARKS_RATES_H_
