#include "mondeq/testing/test_device.h"

#include <cstdlib>
#include <cstring>

#include "mondeq/device/cpu/cpu_device.h"
#include "mondeq/device/cuda/cuda_device.h"

namespace mondeq {
namespace {

bool OnCuda() {
  const char* name = std::getenv("MONDEQ_TEST_DEVICE");
  return name != nullptr && std::strcmp(name, "cuda") == 0;
}

}  // namespace

absl::Status TestDeviceStatus() { return OnCuda() ? MakeCudaDevice().status() : absl::OkStatus(); }

std::unique_ptr<Device> MakeTestDevice(int threads) {
  if (!OnCuda()) return MakeCpuDevice(threads);
  absl::StatusOr<std::unique_ptr<Device>> device = MakeCudaDevice();
  MONDEQ_CHECK(device.ok());  // device_test_main has seen one
  return *std::move(device);
}

std::vector<Isa> TestIsas() { return OnCuda() ? std::vector<Isa>{BestIsa()} : AvailableIsas(); }

std::vector<int> TestThreads(const std::vector<int>& threads) {
  return OnCuda() ? std::vector<int>{1} : threads;
}

}  // namespace mondeq
