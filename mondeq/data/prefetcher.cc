#include "mondeq/data/prefetcher.h"

#include <algorithm>

#include "mondeq/device/host_memory.h"

namespace mondeq {

Prefetcher::Prefetcher(DType dtype) : dtype_(dtype), thread_([this] { Run(); }) {}

Prefetcher::~Prefetcher() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Prefetcher::Batch Prefetcher::Get(const Loader& loader, Index index, Index next) {
  WaitUntilFilled();
  if (!request_.has_value() || request_->index != index || !request_->loader.SharesEpoch(loader)) {
    Post(loader, index);
    WaitUntilFilled();
  }
  current_ = 1 - current_;
  if (next < loader.batches()) {
    Post(loader, next);
  } else {
    // No batch is filled ahead, so the samples need not live on in a request.
    request_.reset();
  }
  const Buffer& buffer = buffers_[current_];
  const Index dim = loader.samples().features.dim(), count = loader.count(index);
  return {buffer.x.View({dim, count}), buffer.labels.View({count})};
}

void Prefetcher::Post(const Loader& loader, Index index) {
  // Both buffers are allocated at the first batch, so that later ones find everything there.
  const Index most = std::min(loader.batch_size(), loader.samples().count());
  const Index values = most * loader.samples().features.dim();
  for (Buffer& buffer : buffers_) {
    if (buffer.x.empty() || buffer.x.size() < values) buffer.x = AllocateHost(dtype_, {values});
    if (buffer.labels.empty() || buffer.labels.size() < most)
      buffer.labels = AllocateHost(DType::kInt32, {most});
  }
  request_ = Request{loader, index};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    pending_ = true;
  }
  changed_.notify_all();
}

void Prefetcher::WaitUntilFilled() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !pending_; });
}

void Prefetcher::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return pending_ || stop_; });
    if (stop_) return;
    const Buffer& buffer = buffers_[1 - current_];
    lock.unlock();
    Fill(*request_, buffer);
    lock.lock();
    pending_ = false;
    changed_.notify_all();
  }
}

void Prefetcher::Fill(const Request& request, const Buffer& buffer) const {
  DispatchFloat(dtype_, [&](auto zero) {
    using T = decltype(zero);
    request.loader.Fill(request.index, buffer.x.data<T>(), buffer.labels.data<std::int32_t>());
  });
}

}  // namespace mondeq
