// Tensors of several ranks' devices that reach each other without the host, as GPUs do. Calls come
// in an order that fits on all ranks; they queue work on the device, as all that computes does, and
// read and write tensors when that is done. Its end ends what is under way.
#ifndef MONDEQ_COLLECTIVE_TENSOR_MESSAGES_H_
#define MONDEQ_COLLECTIVE_TENSOR_MESSAGES_H_

#include "absl/status/status.h"
#include "mondeq/device/tensor.h"

namespace mondeq {

// Errors of all: kUnavailable.
class TensorMessages {
 public:
  virtual ~TensorMessages() = default;

  // From one rank to another, which receives a tensor of the same type and shape.
  virtual absl::Status Send(int to, const Tensor& values) = 0;
  virtual absl::Status Receive(int from, const Tensor& values) = 0;
  // Everybody gets those of rank 0.
  virtual absl::Status Broadcast(const Tensor& values) = 0;
  // Everybody gets the sum of all, in whatever order is fast.
  virtual absl::Status Sum(const Tensor& values) = 0;

  // Waits until all that was queued is done, at most as long as ranks wait for each other's
  // messages. Errors, after which there are no calls: kDeadlineExceeded too.
  virtual absl::Status Finish() = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_TENSOR_MESSAGES_H_
