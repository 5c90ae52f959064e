#include <cuda_runtime.h>

#include "mondeq/device/cuda/cuda_device.h"

namespace mondeq {

absl::StatusOr<std::unique_ptr<Device>> MakeCudaDevice() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess) {
    return absl::UnavailableError(absl::StrCat("no CUDA device: ", cudaGetErrorString(error)));
  }
  if (count == 0) return absl::UnavailableError("no CUDA device");
  return absl::UnavailableError(
      absl::StrCat("found ", count, " CUDA device(s), but this version computes on the CPU only"));
}

}  // namespace mondeq
