#include "mondeq/collective/nccl/nccl.h"

#include <nccl.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/collective/collective.h"
#include "mondeq/core/status.h"
#include "mondeq/device/launch.h"

namespace mondeq {
namespace {

absl::Status ToStatus(ncclResult_t result, const char* what) {
  if (result == ncclSuccess) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("NCCL, ", what, ": ", ncclGetErrorString(result)));
}

ncclDataType_t TypeOf(const Tensor& values) {
  return values.dtype() == DType::kFloat64 ? ncclFloat64 : ncclFloat32;
}

std::size_t CountOf(const Tensor& values) { return static_cast<std::size_t>(values.size()); }

class Nccl final : public TensorMessages {
 public:
  // Takes the communicator over.
  Nccl(ncclComm_t communicator, const Device* device)
      : communicator_(communicator), device_(*device) {}
  // After an error there may be messages under way that nobody receives.
  ~Nccl() override {
    if (failed_) {
      ncclCommAbort(communicator_);
    } else {
      ncclCommDestroy(communicator_);
    }
  }
  Nccl(const Nccl&) = delete;
  Nccl& operator=(const Nccl&) = delete;

  absl::Status Send(int to, const Tensor& values) override {
    MONDEQ_RETURN_IF_ERROR(CheckNothingFailed());
    return Note(ncclSend(values.raw(), CountOf(values), TypeOf(values), to, communicator_, queue()),
                "sending a tensor");
  }
  absl::Status Receive(int from, const Tensor& values) override {
    MONDEQ_RETURN_IF_ERROR(CheckNothingFailed());
    return Note(
        ncclRecv(values.raw(), CountOf(values), TypeOf(values), from, communicator_, queue()),
        "receiving a tensor");
  }
  absl::Status Broadcast(const Tensor& values) override {
    MONDEQ_RETURN_IF_ERROR(CheckNothingFailed());
    return Note(ncclBroadcast(values.raw(), values.raw(), CountOf(values), TypeOf(values), 0,
                              communicator_, queue()),
                "handing out a tensor");
  }
  absl::Status Sum(const Tensor& values) override {
    MONDEQ_RETURN_IF_ERROR(CheckNothingFailed());
    return Note(ncclAllReduce(values.raw(), values.raw(), CountOf(values), TypeOf(values), ncclSum,
                              communicator_, queue()),
                "adding tensors up");
  }

 private:
  cudaStream_t queue() const { return static_cast<cudaStream_t>(device_.stream()->cuda); }

  absl::Status Note(ncclResult_t result, const char* what) {
    const absl::Status status = ToStatus(result, what);
    failed_ = failed_ || !status.ok();
    return status;
  }
  // What was queued before may have failed since.
  absl::Status CheckNothingFailed() {
    ncclResult_t result = ncclSuccess;
    MONDEQ_RETURN_IF_ERROR(
        Note(ncclCommGetAsyncError(communicator_, &result), "asking for errors"));
    return Note(result, "an earlier message");
  }

  ncclComm_t communicator_;
  const Device& device_;
  bool failed_ = false;
};

std::string Version() {
  int version = 0;
  if (ncclGetVersion(&version) != ncclSuccess) return "NCCL";
  return absl::StrCat("NCCL ", version / 10000, ".", version / 100 % 100, ".", version % 100);
}

}  // namespace

absl::StatusOr<DeviceLinks> ConnectDevices(Communicator& ranks, Device* device) {
  if (device->shares_host_memory()) return DeviceLinks{nullptr, "through the host, as it is"};
  ncclUniqueId id = {};
  absl::Status status;
  if (ranks.rank() == 0) status = ToStatus(ncclGetUniqueId(&id), "making an id");
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks, status));
  MONDEQ_RETURN_IF_ERROR(
      Broadcast(ranks, absl::MakeSpan(reinterpret_cast<char*>(&id), sizeof(id))));
  ncclComm_t communicator = nullptr;
  status = ToStatus(ncclCommInitRank(&communicator, ranks.size(), id, ranks.rank()),
                    "connecting the devices");
  std::unique_ptr<TensorMessages> messages;
  if (status.ok()) messages = std::make_unique<Nccl>(communicator, device);
  // Two ranks of one GPU, which it refuses, can go on through the host.
  const absl::Status all = AgreeOn(ranks, status);
  if (all.ok()) return DeviceLinks{std::move(messages), absl::StrCat("by ", Version())};
  return DeviceLinks{nullptr, absl::StrCat("through the host: ", all.message())};
}

}  // namespace mondeq
