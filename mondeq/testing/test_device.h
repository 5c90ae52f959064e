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

// Whether there is one. Errors: kUnavailable.
absl::Status TestDeviceStatus();

// It must be there. `threads` are the CPU's.
std::unique_ptr<Device> MakeTestDevice(int threads = 1);

// What makes a difference on that device.
std::vector<Isa> TestIsas();
std::vector<int> TestThreads(const std::vector<int>& threads);

}  // namespace mondeq

#endif  // MONDEQ_TESTING_TEST_DEVICE_H_
