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

// Whether thousands of tiny operations take minutes: on a GPU, where each costs a launch and every
// look at a number a wait, and under a sanitizer.
bool OperationsAreSlow();

// How many trials a test makes, or which: `few` where operations are slow. Every plugin, type and
// kernel must be among these at least once; what is left out is repetition, which the CPU makes
// without a sanitizer.
template <class T>
T Trials(T all, T few) {
  return OperationsAreSlow() ? few : all;
}

// The pairs (i, j) with i < rows and j < columns that a test tries: all, or where operations are
// slow two of every i and at least two of every j, with i + j of every parity.
std::vector<std::pair<std::size_t, std::size_t>> TrialPairs(std::size_t rows, std::size_t columns);

}  // namespace mondeq

#endif  // MONDEQ_TESTING_TEST_DEVICE_H_
