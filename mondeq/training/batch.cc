#include "mondeq/training/batch.h"

namespace mondeq {

void Batch::Load(const Loader& loader, Index index) {
  const Index dim = loader.samples().features.dim(), count = loader.count(index);
  const Tensor& x = x_.Get(device_, dtype_, {dim, count});
  const Tensor& labels = labels_.Get(device_, DType::kInt32, {count});
  if (device_.stream() != nullptr && resident_.Hold(loader)) {
    return resident_.Load(loader, index, x, labels);
  }
  const Prefetcher::Batch batch = prefetcher_.Get(loader, index);
  device_.CopyFromHost(batch.x, x);
  device_.CopyFromHost(batch.labels, labels);
}

}  // namespace mondeq
