// Prepares batches while others are computed with: a thread fills the next batch of a loader's
// epoch into one of two buffers in host memory; the other one is in use. The batches are those that
// Loader::Fill gives.
#ifndef MONDEQ_DATA_PREFETCHER_H_
#define MONDEQ_DATA_PREFETCHER_H_

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/types/optional.h"
#include "mondeq/data/loader.h"
#include "mondeq/device/tensor.h"

namespace mondeq {

class Prefetcher {
 public:
  // `dtype` is that of x, a floating-point type.
  explicit Prefetcher(DType dtype);
  // Waits until the batch that is being filled is ready, no longer.
  ~Prefetcher();

  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  struct Batch {
    Tensor x;       // [dim, count], in host memory
    Tensor labels;  // int32 [count]
  };

  // Returns batch `index` of the loader's epoch, valid until the next call. Batches may be taken in
  // any order; batch `next`, which may be beyond the epoch, is there at once after that, or soon.
  // The loader may change or be destroyed afterwards. Allocates nothing once it has seen batches of
  // that size.
  Batch Get(const Loader& loader, Index index, Index next);
  Batch Get(const Loader& loader, Index index) { return Get(loader, index, index + 1); }

 private:
  struct Buffer {
    Tensor x, labels;
  };

  // What the thread fills, or has filled, into buffers_[1 - current_].
  struct Request {
    Loader loader;
    Index index;
  };

  void Post(const Loader& loader, Index index);
  void WaitUntilFilled();
  void Run();
  void Fill(const Request& request, const Buffer& buffer) const;

  const DType dtype_;
  // The thread touches buffers_[1 - current_] and request_ while pending_, and no one else does.
  std::array<Buffer, 2> buffers_;
  std::size_t current_ = 0;
  absl::optional<Request> request_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool pending_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace mondeq

#endif  // MONDEQ_DATA_PREFETCHER_H_
