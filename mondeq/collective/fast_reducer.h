// Adds up what shards give in the order that takes the shortest messages, which depends on the
// number of ranks: each adds up its own, and halves of sums go to and fro (AllReduce).
#ifndef MONDEQ_COLLECTIVE_FAST_REDUCER_H_
#define MONDEQ_COLLECTIVE_FAST_REDUCER_H_

#include <vector>

#include "mondeq/collective/communicator.h"
#include "mondeq/collective/shard_message.h"
#include "mondeq/collective/shard_reducer.h"

namespace mondeq {

class FastReducer final : public ShardReducer {
 public:
  // `ranks` and the device must outlive it.
  FastReducer(Communicator* ranks, Device* device)
      : ranks_(*ranks), device_(*device), message_(device) {}

  void Add(const ShardNumbers& numbers, const Tensor& values) override;
  absl::Status Finish(ShardNumbers* numbers, const Tensor& values) override;

 private:
  Communicator& ranks_;
  Device& device_;
  bool first_ = true;
  ShardNumbers numbers_;
  Tensor values_;
  ShardMessage message_;
  std::vector<char> received_;
};

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_FAST_REDUCER_H_
