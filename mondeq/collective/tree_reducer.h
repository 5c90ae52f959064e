// Adds up what the shards of a batch give, on one rank or many, in the order of the canonical tree
// (reduction_tree.h), and hands the sum to all ranks. Ranks pass one message up and one down.
#ifndef MONDEQ_COLLECTIVE_TREE_REDUCER_H_
#define MONDEQ_COLLECTIVE_TREE_REDUCER_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/collective/reduction_tree.h"
#include "mondeq/device/device.h"

namespace mondeq {

// What a shard gives besides a tensor: numbers that are added up, and numbers of which the largest
// is taken. All shards give as many of each.
struct ShardNumbers {
  std::vector<double> sums, maxima;
};

class TreeReducer {
 public:
  // `ranks` and the device must outlive it.
  TreeReducer(Communicator* ranks, Device* device, Index shards)
      : ranks_(*ranks), device_(*device), tree_(shards, ranks->size(), ranks->rank()) {}

  const ReductionTree& tree() const { return tree_; }

  // Takes what the next shard of this rank's run gave.
  void Add(const ShardNumbers& numbers, const Tensor& values);

  // After the run's last shard: sets both to the sums over all shards. `values` is as those before.
  // Errors: those of the messages.
  absl::Status Finish(ShardNumbers* numbers, const Tensor& values);

 private:
  struct Node {
    ShardNumbers numbers;
    Tensor values;
  };

  // The memory of a node that is used again and again.
  Node& NodeAt(int place, const ShardNumbers& numbers, const Tensor& values);
  static void AddNumbers(const ShardNumbers& from, ShardNumbers* to);
  absl::Status Exchange(const ReductionTree::Exchange& exchange);
  // A node as a message, and back.
  void Pack(const ShardNumbers& numbers, const Tensor& values);
  void Unpack(ShardNumbers* numbers, const Tensor& values) const;
  void ReserveMessage(const ShardNumbers& numbers, const Tensor& values);

  Communicator& ranks_;
  Device& device_;
  ReductionTree tree_;
  std::vector<Node> nodes_;
  Node received_;
  int count_ = 0;         // nodes that there are
  std::size_t next_ = 0;  // the shard of the run that comes next
  std::vector<char> message_;
};

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_TREE_REDUCER_H_
