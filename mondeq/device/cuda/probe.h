// Whether this binary's kernels run on a device.
#ifndef MONDEQ_DEVICE_CUDA_PROBE_H_
#define MONDEQ_DEVICE_CUDA_PROBE_H_

#include "absl/status/status.h"
#include "mondeq/device/launch.h"

namespace mondeq {

// Errors: kUnavailable if a kernel cannot be started there: it has code for other architectures.
absl::Status ProbeKernels(const Stream& stream, const std::string& device);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_PROBE_H_
