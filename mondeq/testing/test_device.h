// The device that a suite runs on: the CPU, or with MONDEQ_TEST_DEVICE=cuda in the environment the
// GPU.
#ifndef MONDEQ_TESTING_TEST_DEVICE_H_
#define MONDEQ_TESTING_TEST_DEVICE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mondeq/device/device.h"
#include "mondeq/device/isa.h"

namespace mondeq {

// Its name, as --device has it.
std::string TestDeviceName();

// OK if the device is there. Errors: kUnavailable.
absl::Status TestDeviceStatus();

// Makes the device, which must be there. `threads` is the number of threads of the CPU.
std::unique_ptr<Device> MakeTestDevice(int threads = 1);

// The instruction sets to test with, and those of the numbers `threads`, that make a difference on
// the device: a GPU needs one of each.
std::vector<Isa> TestIsas();
std::vector<int> TestThreads(const std::vector<int>& threads);

// Whether every operation on the device costs a launch, and every look at a number a wait, so that
// thousands of tiny ones take minutes.
bool OperationsAreLaunches();

// How many trials a test makes, or which: `on_device` where operations are launches. Every plugin,
// type and kernel must be among these at least once; what is left out is repetition, which the CPU
// makes.
template <class T>
T Trials(T on_host, T on_device) {
  return OperationsAreLaunches() ? on_device : on_host;
}

// The pairs (i, j) with i < rows and j < columns that a test tries: all, or where operations are
// launches two of every i and at least two of every j, with i + j of every parity.
std::vector<std::pair<std::size_t, std::size_t>> TrialPairs(std::size_t rows, std::size_t columns);

}  // namespace mondeq

#endif  // MONDEQ_TESTING_TEST_DEVICE_H_
