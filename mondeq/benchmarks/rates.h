// What the device that is measured can do at best, and how long work takes at the least.
#ifndef MONDEQ_BENCHMARKS_RATES_H_
#define MONDEQ_BENCHMARKS_RATES_H_

#include "mondeq/benchmarks/machine_rates.h"
#include "mondeq/device/counting/counting_device.h"
#include "mondeq/device/device.h"

namespace mondeq {

// Of a CPU device with that many threads (0: one per usable core), see machine_rates.h. Of one with
// memory of its own: the product rate is that of the best large MatMul in float32; the rate of
// memory that of a large Copy, the rate of the cache that of one which it holds; two arrays are
// counted.
MachineRates MeasureRates(Device& device, int threads);

// max(flops / flop rate, bytes / byte rate), the latter of memory where a primitive uses more than
// the last-level cache holds.
double FloorMs(const Work& work, const MachineRates& rates);

}  // namespace mondeq

#endif  // MONDEQ_BENCHMARKS_RATES_H_
