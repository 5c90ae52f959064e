#include "mondeq/device/create_device.h"

#include "mondeq/device/cpu/cpu_device.h"
#include "mondeq/device/cuda/cuda_device.h"

namespace mondeq {

absl::StatusOr<std::unique_ptr<Device>> CreateDevice(const std::string& name, int threads,
                                                     std::string* why, int gpu) {
  constexpr int kMaxThreads = 1024;
  if (threads < 0 || threads > kMaxThreads) {
    return absl::InvalidArgumentError(
        absl::StrCat("--threads: must be 0 to ", kMaxThreads, ", found ", threads));
  }
  if (name == "cpu") {
    *why = "--device=cpu";
    return MakeCpuDevice(threads);
  }
  if (name == "cuda") {
    *why = "--device=cuda";
    return MakeCudaDevice(gpu);
  }
  if (name != "auto") {
    return absl::InvalidArgumentError(
        absl::StrCat("--device: must be auto, cpu or cuda, found \"", name, "\""));
  }
  absl::StatusOr<std::unique_ptr<Device>> cuda = MakeCudaDevice(gpu);
  if (cuda.ok()) {
    *why = "--device=auto found a CUDA device";
    return cuda;
  }
  *why = absl::StrCat("--device=auto: ", cuda.status().message());
  return MakeCpuDevice(threads);
}

}  // namespace mondeq
