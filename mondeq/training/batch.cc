#include "mondeq/training/batch.h"

namespace mondeq {

void Batch::Load(const Loader& loader, Index index) {
  const Prefetcher::Batch batch = prefetcher_.Get(loader, index);
  const Index dim = loader.samples().features.dim();
  device_.CopyFromHost(batch.x, x_.Get(device_, dtype_, {dim, batch.count}));
  device_.CopyFromHost(batch.labels, labels_.Get(device_, DType::kInt32, {batch.count}));
}

}  // namespace mondeq
