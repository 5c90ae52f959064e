#include "mondeq/device/cuda/probe.h"

#include <cuda_runtime.h>

#include "absl/strings/str_cat.h"

namespace mondeq {
namespace {

struct Nothing {
  MONDEQ_HOST_DEVICE void operator()(Index) const {}
};

// The oldest compute capability that kernels were compiled for, as nvcc tells: the emulation has
// none. Later ones run the same code, or what the driver compiles from the newest.
std::string OldestCapability() {
#ifdef __CUDA_ARCH_LIST__
  constexpr int kArchitectures[] = {__CUDA_ARCH_LIST__};  // 750 for 7.5, ascending
  return absl::StrCat(kArchitectures[0] / 100, ".", kArchitectures[0] / 10 % 10);
#else
  return "0.0";
#endif
}

}  // namespace

absl::Status ProbeKernels(const Stream& stream, const std::string& device) {
  LaunchEach(stream, 1, Nothing());
  if (stream.error == 0) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("no usable CUDA device: this build has kernels for compute capability ",
                   OldestCapability(), " and later, found ", device, " (",
                   cudaGetErrorString(static_cast<cudaError_t>(stream.error)), ")"));
}

}  // namespace mondeq
