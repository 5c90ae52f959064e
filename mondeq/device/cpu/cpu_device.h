// The CPU device: kernels for several instruction sets, and a thread pool.
#ifndef MONDEQ_DEVICE_CPU_CPU_DEVICE_H_
#define MONDEQ_DEVICE_CPU_CPU_DEVICE_H_

#include <memory>

#include "mondeq/device/device.h"

namespace mondeq {

// How many cores this process may use.
int UsableCores();

// `threads` = 0: one per usable core.
std::unique_ptr<Device> MakeCpuDevice(int threads = 1);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_CPU_DEVICE_H_
