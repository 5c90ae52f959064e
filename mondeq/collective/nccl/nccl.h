// Messages between the GPUs of several ranks by NCCL, which is set up through the messages between
// their hosts. --config=nccl has it; without it a stub stands in that says so.
#ifndef MONDEQ_COLLECTIVE_NCCL_NCCL_H_
#define MONDEQ_COLLECTIVE_NCCL_NCCL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/collective/tensor_messages.h"
#include "mondeq/device/device.h"

namespace mondeq {

struct DeviceLinks {
  // Null where tensors go through the host, which always works.
  std::unique_ptr<TensorMessages> messages;
  // Which of both, and why, for users: "by NCCL 2.18.3", "through the host: built without NCCL".
  std::string how;
};

// To be called by all ranks, each with its device; all get the same way. Both must outlive it.
// Errors: those of the messages.
absl::StatusOr<DeviceLinks> ConnectDevices(Communicator& ranks, Device* device);

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_NCCL_NCCL_H_
