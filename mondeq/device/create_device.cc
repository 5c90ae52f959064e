#include "mondeq/device/create_device.h"

#include "mondeq/device/cpu/cpu_device.h"
#include "mondeq/device/cuda/cuda_device.h"

namespace mondeq {

absl::StatusOr<std::unique_ptr<Device>> CreateDevice(const std::string& name, int threads,
                                                     std::string* why) {
  if (threads < 0) {
    return absl::InvalidArgumentError(absl::StrCat("--threads: must be >= 0, found ", threads));
  }
  if (name == "cpu") {
    *why = "--device=cpu";
    return MakeCpuDevice(threads);
  }
  if (name == "cuda") {
    *why = "--device=cuda";
    return MakeCudaDevice();
  }
  if (name != "auto") {
    return absl::InvalidArgumentError(
        absl::StrCat("--device: must be auto, cpu or cuda, found \"", name, "\""));
  }
  absl::StatusOr<std::unique_ptr<Device>> cuda = MakeCudaDevice();
  if (cuda.ok()) {
    *why = "--device=auto found a CUDA device";
    return cuda;
  }
  *why = absl::StrCat("--device=auto: ", cuda.status().message());
  return MakeCpuDevice(threads);
}

}  // namespace mondeq
