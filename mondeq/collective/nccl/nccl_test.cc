// Tensors between devices of ranks that are threads: by NCCL where it is built in and the devices
// let it, as its emulation does.
#include "mondeq/collective/nccl/nccl.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "mondeq/collective/rank_threads.h"
#include "mondeq/core/status.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

Tensor Numbers(Device* device, DType dtype, double first) {
  return FromMatrix(*device, dtype,
                    Eigen::VectorXd::LinSpaced(35, first, first + 34).reshaped(5, 7));
}

absl::Status Expect(bool holds, const char* what) {
  return holds ? absl::OkStatus() : absl::InternalError(what);
}

// Every message of three ranks whose tensors begin with 100, 200 and 300.
absl::Status CheckMessages(Communicator& ranks, TensorMessages* messages, Device* device,
                           DType dtype) {
  const Tensor mine = Numbers(device, dtype, 100 * (ranks.rank() + 1));
  const Tensor other = Numbers(device, dtype, 0);
  const auto first = [&](const Tensor& values) { return ToMatrix(*device, values)(0, 0); };
  const auto last = [&](const Tensor& values) { return ToMatrix(*device, values)(4, 6); };
  if (ranks.rank() == 2) MONDEQ_RETURN_IF_ERROR(messages->Send(1, mine));
  if (ranks.rank() == 1) {
    MONDEQ_RETURN_IF_ERROR(messages->Receive(2, other));
    MONDEQ_RETURN_IF_ERROR(Expect(first(other) == 300 && last(other) == 334, "Receive"));
  }
  MONDEQ_RETURN_IF_ERROR(messages->Sum(mine));
  MONDEQ_RETURN_IF_ERROR(Expect(first(mine) == 600 && last(mine) == 600 + 3 * 34, "Sum"));
  const Tensor handed = Numbers(device, dtype, ranks.rank());
  MONDEQ_RETURN_IF_ERROR(messages->Broadcast(handed));
  return Expect(first(handed) == 0 && last(handed) == 34, "Broadcast");
}

TEST(NcclTest, TensorsGetFromDeviceToDevice) {
  for (const DType dtype : {DType::kFloat32, DType::kFloat64}) {
    const absl::Status status = RunOnThreads(3, {}, [&](Communicator& ranks) -> absl::Status {
      const std::unique_ptr<Device> device = MakeTestDevice();
      MONDEQ_ASSIGN_OR_RETURN(const DeviceLinks links, ConnectDevices(ranks, device.get()));
      if (links.messages == nullptr) {
        EXPECT_THAT(links.how, HasSubstr("through the host"));
        EXPECT_FALSE(absl::StrContains(device->Describe(), "emulat"));
        return absl::OkStatus();
      }
      EXPECT_THAT(links.how, HasSubstr("by NCCL"));
      return CheckMessages(ranks, links.messages.get(), device.get(), dtype);
    });
    EXPECT_TRUE(status.ok()) << status;
  }
}

// Where devices cannot be connected all ranks go on through the host.
TEST(NcclTest, WhatIsRefusedGoesThroughTheHost) {
  setenv("MONDEQ_EMULATED_NCCL", "refuses", /*overwrite=*/1);
  const absl::Status status = RunOnThreads(2, {}, [](Communicator& ranks) -> absl::Status {
    const std::unique_ptr<Device> device = MakeTestDevice();
    MONDEQ_ASSIGN_OR_RETURN(const DeviceLinks links, ConnectDevices(ranks, device.get()));
    if (absl::StrContains(device->Describe(), "emulat")) {
      EXPECT_EQ(links.messages, nullptr);
      EXPECT_THAT(links.how, HasSubstr("through the host: NCCL, connecting the devices: "));
    }
    return absl::OkStatus();
  });
  unsetenv("MONDEQ_EMULATED_NCCL");
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace mondeq
