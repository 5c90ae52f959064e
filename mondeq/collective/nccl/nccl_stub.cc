#include "mondeq/collective/nccl/nccl.h"

namespace mondeq {

absl::StatusOr<DeviceLinks> ConnectDevices(Communicator&, Device*) {
  return DeviceLinks{nullptr, "through the host: built without NCCL; --config=nccl has it"};
}

}  // namespace mondeq
