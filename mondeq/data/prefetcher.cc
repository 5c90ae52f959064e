#include "mondeq/data/prefetcher.h"

#include <algorithm>
#include <cstddef>

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

Prefetcher::Batch Prefetcher::Get(const Loader& loader, Index index) {
  WaitUntilFilled();
  if (!request_.has_value() || request_->index != index || !request_->loader.SharesEpoch(loader)) {
    Post(loader, index);
    WaitUntilFilled();
  }
  current_ = 1 - current_;
  if (index + 1 < loader.batches()) {
    Post(loader, index + 1);
  } else {
    // Nothing is ahead: samples need not live longer for our sake.
    request_.reset();
  }
  const Buffer& buffer = buffers_[current_];
  return {buffer.x.data(), buffer.labels.data(), loader.count(index)};
}

void Prefetcher::Post(const Loader& loader, Index index) {
  // Both buffers at the first batch: later ones find everything allocated.
  const Index most = std::min(loader.batch_size(), loader.samples().count());
  const auto samples = static_cast<std::size_t>(most);
  const auto dim = static_cast<std::size_t>(loader.samples().features.dim());
  for (Buffer* buffer : {&buffers_[0], &buffers_[1]}) {
    if (buffer->x.size() < samples * dim * SizeOf(dtype_)) {
      buffer->x.resize(samples * dim * SizeOf(dtype_));
    }
    if (buffer->labels.size() < samples) buffer->labels.resize(samples);
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
    Buffer* const buffer = &buffers_[1 - current_];
    lock.unlock();
    Fill(*request_, buffer);
    lock.lock();
    pending_ = false;
    changed_.notify_all();
  }
}

void Prefetcher::Fill(const Request& request, Buffer* buffer) const {
  DispatchFloat(dtype_, [&](auto zero) {
    using T = decltype(zero);
    request.loader.Fill(request.index, reinterpret_cast<T*>(buffer->x.data()),
                        buffer->labels.data());
  });
}

}  // namespace mondeq
