#include "mondeq/device/cuda/probe.h"

#include <cuda_runtime.h>

#include "absl/strings/str_cat.h"

namespace mondeq {
namespace {

struct Nothing {
  MONDEQ_HOST_DEVICE void operator()(Index) const {}
};

}  // namespace

absl::Status ProbeKernels(const Stream& stream, const std::string& device) {
  LaunchEach(stream, 1, Nothing());
  if (stream.error == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "no usable CUDA device: this build has kernels for compute capability 7.5 and later, found ",
      device, " (", cudaGetErrorString(static_cast<cudaError_t>(stream.error)), ")"));
}

}  // namespace mondeq
