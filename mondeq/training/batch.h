// Moves batches from a loader to the device.
#ifndef MONDEQ_TRAINING_BATCH_H_
#define MONDEQ_TRAINING_BATCH_H_

#include <cstdint>
#include <vector>

#include "mondeq/data/loader.h"
#include "mondeq/device/device.h"
#include "mondeq/device/scratch.h"

namespace mondeq {

class Batch {
 public:
  Batch(Device* device, DType dtype) : device_(*device), dtype_(dtype) {}

  // Fetches batch `index` of the loader's epoch.
  void Load(const Loader& loader, Index index);

  // As of the last Load: x [dim, count], labels int32 [count].
  const Tensor& x() const { return x_.get(); }
  const Tensor& labels() const { return labels_.get(); }
  Index count() const { return labels().size(); }

 private:
  Device& device_;
  DType dtype_;
  std::vector<char> host_x_;
  std::vector<std::int32_t> host_labels_;
  Scratch x_, labels_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_BATCH_H_
