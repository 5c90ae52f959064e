// The CUDA device. Without --config=cuda a stub stands in that says so.
#ifndef MONDEQ_DEVICE_CUDA_CUDA_DEVICE_H_
#define MONDEQ_DEVICE_CUDA_CUDA_DEVICE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "mondeq/device/device.h"

namespace mondeq {

// GPU `gpu` of this machine, where numbers beyond the last begin again at the first. Errors, with
// the reason in one line: kUnavailable if there is none that is usable, kAborted if its memory runs
// out.
absl::StatusOr<std::unique_ptr<Device>> MakeCudaDevice(int gpu = 0);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_CUDA_DEVICE_H_
