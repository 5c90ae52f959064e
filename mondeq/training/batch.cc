#include "mondeq/training/batch.h"

namespace mondeq {

void Batch::Load(const Loader& loader, Index index, Index next) {
  if (device_.shares_host_memory()) {
    const Prefetcher::Batch batch = prefetcher_.Get(loader, index, next);
    x_ = batch.x;
    labels_ = batch.labels;
    return;
  }
  const Index dim = loader.samples().features.dim(), count = loader.count(index);
  x_ = x_memory_.Get(device_, dtype_, {dim, count});
  labels_ = labels_memory_.Get(device_, DType::kInt32, {count});
  if (resident_.Hold(loader)) return resident_.Load(loader, index, x_, labels_);
  const Prefetcher::Batch batch = prefetcher_.Get(loader, index, next);
  device_.CopyFromHost(batch.x.raw(), x_);
  device_.CopyFromHost(batch.labels.raw(), labels_);
}

}  // namespace mondeq
