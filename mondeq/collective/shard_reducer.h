// Adds up what the shards of a batch give, on one rank or many, and hands the sum to all ranks.
#ifndef MONDEQ_COLLECTIVE_SHARD_REDUCER_H_
#define MONDEQ_COLLECTIVE_SHARD_REDUCER_H_

#include <vector>

#include "absl/status/status.h"
#include "mondeq/core/features.h"
#include "mondeq/device/tensor.h"

namespace mondeq {

// What a shard gives besides a tensor: numbers that are added up, and numbers of which the largest
// is taken. All shards give as many of each. Where one has failed, whose tensor means nothing, so
// has the sum.
struct ShardNumbers {
  std::vector<double> sums, maxima;
  bool failed = false;

  // Adds and compares those of another shard.
  void Add(const ShardNumbers& other);
};

class ShardReducer {
 public:
  virtual ~ShardReducer() = default;

  // Takes what the next shard of this rank's run gave; ranks have runs of as many.
  virtual void Add(const ShardNumbers& numbers, const Tensor& values) = 0;

  // After the run's last shard: sets both to the sums over all shards. `values` is as those before,
  // and means nothing if a shard has failed, or the memory of a device that adds up has run out,
  // which counts as such. Errors: those of the messages.
  virtual absl::Status Finish(ShardNumbers* numbers, const Tensor& values) = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_SHARD_REDUCER_H_
