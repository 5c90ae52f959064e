// Moves batches from a loader to the device. The next batch of the epoch is prepared on a thread of
// its own while this one is computed with.
#ifndef MONDEQ_TRAINING_BATCH_H_
#define MONDEQ_TRAINING_BATCH_H_

#include "mondeq/data/loader.h"
#include "mondeq/data/prefetcher.h"
#include "mondeq/device/device.h"
#include "mondeq/device/scratch.h"

namespace mondeq {

class Batch {
 public:
  Batch(Device* device, DType dtype) : device_(*device), dtype_(dtype), prefetcher_(dtype) {}

  // Fetches batch `index` of the loader's epoch.
  void Load(const Loader& loader, Index index);

  // As of the last Load: x [dim, count], labels int32 [count].
  const Tensor& x() const { return x_.get(); }
  const Tensor& labels() const { return labels_.get(); }
  Index count() const { return labels().size(); }

 private:
  Device& device_;
  DType dtype_;
  Prefetcher prefetcher_;
  Scratch x_, labels_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_BATCH_H_
