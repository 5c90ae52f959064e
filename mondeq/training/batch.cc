#include "mondeq/training/batch.h"

namespace mondeq {

void Batch::Load(const Loader& loader, Index index) {
  const Index dim = loader.samples().features.dim(), samples = loader.count(index);
  const Tensor& x = x_.Get(device_, dtype_, {dim, samples});
  const Tensor& labels = labels_.Get(device_, DType::kInt32, {samples});
  if (host_x_.size() < x.bytes()) host_x_.resize(x.bytes());
  if (host_labels_.size() < static_cast<std::size_t>(samples)) {
    host_labels_.resize(static_cast<std::size_t>(samples));
  }
  DispatchFloat(dtype_, [&](auto zero) {
    using T = decltype(zero);
    loader.Fill(index, reinterpret_cast<T*>(host_x_.data()), host_labels_.data());
  });
  device_.CopyFromHost(host_x_.data(), x);
  device_.CopyFromHost(host_labels_.data(), labels);
}

}  // namespace mondeq
