#include "mondeq/device/cuda/cuda_device.h"

namespace mondeq {

absl::StatusOr<std::unique_ptr<Device>> MakeCudaDevice(int) {
  return absl::UnavailableError("built without CUDA; rebuild with --config=cuda");
}

}  // namespace mondeq
