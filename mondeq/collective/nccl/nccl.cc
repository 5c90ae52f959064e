#include "mondeq/collective/nccl/nccl.h"

#include <nccl.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mondeq/collective/collective.h"
#include "mondeq/core/status.h"
#include "mondeq/core/stopwatch.h"
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
  Nccl(ncclComm_t communicator, const Communicator* ranks, const Device* device)
      : communicator_(communicator), ranks_(*ranks), device_(*device) {}
  // Not ncclCommDestroy, which waits for what another rank may never send.
  ~Nccl() override { ncclCommAbort(communicator_); }
  Nccl(const Nccl&) = delete;
  Nccl& operator=(const Nccl&) = delete;

  absl::Status Send(int to, const Tensor& values) override {
    return ToStatus(
        ncclSend(values.raw(), CountOf(values), TypeOf(values), to, communicator_, queue()),
        "sending a tensor");
  }
  absl::Status Receive(int from, const Tensor& values) override {
    return ToStatus(
        ncclRecv(values.raw(), CountOf(values), TypeOf(values), from, communicator_, queue()),
        "receiving a tensor");
  }
  absl::Status Broadcast(const Tensor& values) override {
    return ToStatus(ncclBroadcast(values.raw(), values.raw(), CountOf(values), TypeOf(values), 0,
                                  communicator_, queue()),
                    "handing out a tensor");
  }
  absl::Status Sum(const Tensor& values) override {
    return ToStatus(ncclAllReduce(values.raw(), values.raw(), CountOf(values), TypeOf(values),
                                  ncclSum, communicator_, queue()),
                    "adding tensors up");
  }

  absl::Status Finish() override {
    const Stopwatch watch;
    while (true) {
      ncclResult_t result = ncclSuccess;
      MONDEQ_RETURN_IF_ERROR(
          ToStatus(ncclCommGetAsyncError(communicator_, &result), "asking for errors"));
      MONDEQ_RETURN_IF_ERROR(ToStatus(result, "tensors under way"));
      // What else may be wrong with the device it says itself.
      if (cudaStreamQuery(queue()) != cudaErrorNotReady) return absl::OkStatus();
      if (watch.seconds() > ranks_.timeout_seconds()) {
        return absl::DeadlineExceededError(
            absl::StrCat("NCCL: tensors are not there after ", ranks_.timeout_seconds(), " s"));
      }
    }
  }

 private:
  cudaStream_t queue() const { return static_cast<cudaStream_t>(device_.stream()->cuda); }

  const ncclComm_t communicator_;
  const Communicator& ranks_;
  const Device& device_;
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
  if (status.ok()) messages = std::make_unique<Nccl>(communicator, &ranks, device);
  // Two ranks of one GPU, which it refuses, can go on through the host.
  std::vector<double> refused = {status.ok() ? 0.0 : 1.0};
  MONDEQ_RETURN_IF_ERROR(SumOverRanks(ranks, &refused));
  if (refused[0] == 0) return DeviceLinks{std::move(messages), absl::StrCat("by ", Version())};
  return DeviceLinks{nullptr, absl::StrCat("through the host: ",
                                           status.ok() ? "NCCL connects other ranks, and not all"
                                                       : status.message())};
}

}  // namespace mondeq
