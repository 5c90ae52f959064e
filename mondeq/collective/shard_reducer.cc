#include "mondeq/collective/shard_reducer.h"

#include <algorithm>

#include "mondeq/core/status.h"

namespace mondeq {

void ShardNumbers::Add(const ShardNumbers& other) {
  MONDEQ_CHECK(other.sums.size() == sums.size() && other.maxima.size() == maxima.size());
  failed = failed || other.failed;
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += other.sums[i];
  for (std::size_t i = 0; i < maxima.size(); ++i) maxima[i] = std::max(maxima[i], other.maxima[i]);
}

}  // namespace mondeq
