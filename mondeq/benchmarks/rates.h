// What the device that is measured can do at best, and how long work takes at the least.
#ifndef MONDEQ_BENCHMARKS_RATES_H_
#define MONDEQ_BENCHMARKS_RATES_H_

#include "mondeq/benchmarks/machine_rates.h"
#include "mondeq/device/counting/counting_device.h"
#include "mondeq/device/device.h"

namespace mondeq {

// The rates of a CPU device with that many threads (0: one per usable core) are those of
// machine_rates.h. For a device with memory of its own the product rate is that of the best large
// MatMul in float32, the rate of memory that of a large Copy, and the rate of the cache that of a
// Copy which it holds; two arrays are counted.
MachineRates MeasureRates(Device& device, int threads);

// max(flops / flop rate, bytes / byte rate), the latter of memory where a primitive uses more than
// the last-level cache holds.
double FloorMs(const Work& work, const MachineRates& rates);

}  // namespace mondeq

#endif  // MONDEQ_BENCHMARKS_RATES_H_
