// How the CPU device shares work out between its threads.
#ifndef MONDEQ_DEVICE_CPU_PARTITION_H_
#define MONDEQ_DEVICE_CPU_PARTITION_H_

#include <algorithm>

#include "mondeq/core/features.h"
#include "mondeq/device/cpu/thread_pool.h"

namespace mondeq {

// Lanes of a block are a multiple of a cache line of floats, where the batch allows it.
constexpr Index kLaneUnit = 16;

// Runs body(task, begin, end) over a partition of 0 .. n - 1 into at most one part a thread, of
// about `grain` or more; task = 0, 1, ... Parts are of whole lines of the cache, unless a part of
// one is work enough.
template <class F>
void Split(ThreadPool* pool, Index n, Index grain, const F& body) {
  const Index parts = std::clamp<Index>(n / std::max<Index>(grain, 1), 1, pool->threads());
  const Index unit = std::clamp<Index>(grain, 1, kLaneUnit);
  const Index part = CeilDiv(CeilDiv(n, parts), unit) * unit;
  pool->Run(static_cast<int>(CeilDiv(n, std::max<Index>(part, 1))),
            [&](const ThreadPool::Task& task) {
              body(task.index, task.index * part, std::min(n, (task.index + 1) * part));
            });
}

// Every thread gets one block: a product over few lanes is slow, and all samples of a batch cost
// the same.
inline Index LanesPerBlock(const ThreadPool& pool, Index batch) {
  return CeilDiv(CeilDiv(batch, pool.threads()), kLaneUnit) * kLaneUnit;
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_PARTITION_H_
