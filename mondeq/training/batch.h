// Brings batches of a loader to the device. A device with memory of its own that has room for the
// samples makes them there; else the host does, the next batch of the epoch on a thread of its own
// while this one is computed with. Either way they are those that Loader::Fill gives.
#ifndef MONDEQ_TRAINING_BATCH_H_
#define MONDEQ_TRAINING_BATCH_H_

#include "mondeq/data/loader.h"
#include "mondeq/data/prefetcher.h"
#include "mondeq/device/device.h"
#include "mondeq/device/scratch.h"
#include "mondeq/training/resident_samples.h"

namespace mondeq {

class Batch {
 public:
  // The share of the free memory that samples may take. Most of it is for the model, which has not
  // asked for it yet when the first batch comes.
  static constexpr double kMemoryShare = 0.25;

  Batch(Device* device, DType dtype, double memory_share = kMemoryShare)
      : device_(*device), dtype_(dtype), prefetcher_(dtype), resident_(device, memory_share) {}

  // Fetches batch `index` of the loader's epoch; `next` is the one that will be asked for after it.
  void Load(const Loader& loader, Index index, Index next);
  void Load(const Loader& loader, Index index) { Load(loader, index, index + 1); }

  // The batch of the last Load: x [dim, count], labels int32 [count].
  const Tensor& x() const { return x_; }
  const Tensor& labels() const { return labels_; }
  Index count() const { return labels_.size(); }

 private:
  Device& device_;
  DType dtype_;
  Prefetcher prefetcher_;
  ResidentSamples resident_;
  // Used on a device with memory of its own; elsewhere batches stay where they were made.
  Scratch x_memory_, labels_memory_;
  Tensor x_, labels_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_BATCH_H_
