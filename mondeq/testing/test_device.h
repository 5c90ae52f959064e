// The device that a suite runs on: the CPU, or with MONDEQ_TEST_DEVICE=cuda in the environment the
// GPU.
#ifndef MONDEQ_TESTING_TEST_DEVICE_H_
#define MONDEQ_TESTING_TEST_DEVICE_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "mondeq/device/device.h"
#include "mondeq/device/isa.h"

namespace mondeq {

// OK if the device is there. Errors: kUnavailable.
absl::Status TestDeviceStatus();

// Makes the device, which must be there. `threads` is the number of threads of the CPU.
std::unique_ptr<Device> MakeTestDevice(int threads = 1);

// The instruction sets to test with, and those of the numbers `threads`, that make a difference on
// the device: a GPU needs one of each.
std::vector<Isa> TestIsas();
std::vector<int> TestThreads(const std::vector<int>& threads);

}  // namespace mondeq

#endif  // MONDEQ_TESTING_TEST_DEVICE_H_
