#include "mondeq/testing/test_device.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "mondeq/device/create_device.h"
#include "mondeq/testing/sanitized.h"

namespace mondeq {
namespace {

bool OnCuda() {
  const char* name = std::getenv("MONDEQ_TEST_DEVICE");
  return name != nullptr && std::strcmp(name, "cuda") == 0;
}

absl::StatusOr<std::unique_ptr<Device>> Create(int threads) {
  std::string why;
  return CreateDevice(TestDeviceName(), threads, &why);
}

}  // namespace

std::string TestDeviceName() { return OnCuda() ? "cuda" : "cpu"; }

absl::Status TestDeviceStatus() { return Create(1).status(); }

std::unique_ptr<Device> MakeTestDevice(int threads) {
  absl::StatusOr<std::unique_ptr<Device>> device = Create(threads);
  MONDEQ_CHECK(device.ok());  // device_test_main has made sure
  return *std::move(device);
}

std::vector<Isa> TestIsas() { return OnCuda() ? std::vector<Isa>{BestIsa()} : AvailableIsas(); }

std::vector<int> TestThreads(const std::vector<int>& threads) {
  return OnCuda() ? std::vector<int>{1} : threads;
}

bool OperationsAreSlow() {
#ifdef MONDEQ_SANITIZED
  return true;
#else
  return OnCuda();
#endif
}

std::vector<std::pair<std::size_t, std::size_t>> TrialPairs(std::size_t rows, std::size_t columns) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  if (OperationsAreSlow()) {
    for (std::size_t k = 0; k < std::max(rows, columns); ++k) {
      for (const std::size_t j : {k, k + 1}) pairs.emplace_back(k % rows, j % columns);
    }
    return pairs;
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) pairs.emplace_back(i, j);
  }
  return pairs;
}

}  // namespace mondeq
