// Adds up what shards give in the order that takes the shortest messages, which depends on the
// number of ranks: each adds up its own, and halves of sums go to and fro (AllReduce).
#ifndef MONDEQ_COLLECTIVE_FAST_REDUCER_H_
#define MONDEQ_COLLECTIVE_FAST_REDUCER_H_

#include <vector>

#include "mondeq/collective/communicator.h"
#include "mondeq/collective/shard_message.h"
#include "mondeq/collective/shard_reducer.h"
#include "mondeq/collective/tensor_messages.h"

namespace mondeq {

class FastReducer final : public ShardReducer {
 public:
  // Everything given must outlive it. Tensors go by `tensors`, or where that is null in the
  // messages of the ranks.
  FastReducer(Communicator* ranks, TensorMessages* tensors, Device* device)
      : ranks_(*ranks), tensors_(tensors), device_(*device), message_(device, tensors == nullptr) {}

  void Add(const ShardNumbers& numbers, const Tensor& values) override;
  absl::Status Finish(ShardNumbers* numbers, const Tensor& values) override;

 private:
  Communicator& ranks_;
  TensorMessages* const tensors_;
  Device& device_;
  bool first_ = true;
  ShardNumbers numbers_;
  Tensor values_;
  ShardMessage message_;
  std::vector<char> received_;
};

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_FAST_REDUCER_H_
