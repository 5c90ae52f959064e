// Adds up what shards give in the order of the canonical tree (reduction_tree.h), so that the sum
// is the same, bit for bit, on any number of ranks. Ranks pass one message up and one down.
#ifndef MONDEQ_COLLECTIVE_TREE_REDUCER_H_
#define MONDEQ_COLLECTIVE_TREE_REDUCER_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/collective/reduction_tree.h"
#include "mondeq/collective/shard_message.h"
#include "mondeq/collective/shard_reducer.h"
#include "mondeq/collective/tensor_messages.h"
#include "mondeq/device/device.h"

namespace mondeq {

class TreeReducer final : public ShardReducer {
 public:
  // Everything given must outlive it. Tensors go by `tensors`, or where that is null in the
  // messages of the ranks.
  TreeReducer(Communicator* ranks, TensorMessages* tensors, Device* device, Index shards)
      : ranks_(*ranks),
        tensors_(tensors),
        device_(*device),
        tree_(shards, ranks->size(), ranks->rank()),
        message_(device, tensors == nullptr) {}

  void Add(const ShardNumbers& numbers, const Tensor& values) override;
  absl::Status Finish(ShardNumbers* numbers, const Tensor& values) override;

 private:
  struct Node {
    ShardNumbers numbers;
    Tensor values;
  };

  // The memory of a node that is used again and again.
  Node& NodeAt(int place, const ShardNumbers& numbers, const Tensor& values);
  // Makes the exchanges of what goes in the messages of the ranks, and hands the sum out.
  absl::Status ExchangeMessages(ShardNumbers* numbers, const Tensor& values);
  // Makes those of tensors that go another way.
  absl::Status ExchangeTensors(const Tensor& values);

  Communicator& ranks_;
  TensorMessages* const tensors_;
  Device& device_;
  ReductionTree tree_;
  std::vector<Node> nodes_;
  Node received_;
  int count_ = 0;         // nodes that there are
  std::size_t next_ = 0;  // the shard of the run that comes next
  ShardMessage message_;
};

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_TREE_REDUCER_H_
