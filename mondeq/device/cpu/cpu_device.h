// The CPU device: kernels for several instruction sets, and a pool of threads. For programs and
// tests, of plugins too, that want this device whatever the machine has; create_device.h makes the
// one that a user names, and mondeq/testing/test_device.h the one that a suite runs on.
#ifndef MONDEQ_DEVICE_CPU_CPU_DEVICE_H_
#define MONDEQ_DEVICE_CPU_CPU_DEVICE_H_

#include <memory>

#include "mondeq/device/device.h"

namespace mondeq {

// How many cores this process may use: those of its affinity mask.
int UsableCores();

// `threads` >= 1 threads work for it, the caller's own included; 0 takes one per usable core. The
// device computes with the instruction set that is the best now (isa.h). Calls come from one thread
// at a time.
std::unique_ptr<Device> MakeCpuDevice(int threads = 1);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_CPU_DEVICE_H_
