// The torus of a CountingDevice; see there for what is counted.
#ifndef MONDEQ_DEVICE_COUNTING_COUNTING_TORUS_H_
#define MONDEQ_DEVICE_COUNTING_COUNTING_TORUS_H_

#include <memory>

#include "mondeq/device/counting/counting_device.h"

namespace mondeq {

// The work of a map on `values` values of `size` bytes, which changes r and z in place and reads c.
Work MapWork(double values, double size);

// Counts in `work`, which must outlive the torus.
std::unique_ptr<Torus> MakeCountingTorus(std::unique_ptr<Torus> torus, Work* work);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_COUNTING_COUNTING_TORUS_H_
