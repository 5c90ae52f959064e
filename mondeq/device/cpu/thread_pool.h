// A fixed set of threads for short, frequent parallel sections: workers spin for some microseconds
// before they sleep, since a solver's iteration is often shorter than waking a thread.
#ifndef MONDEQ_DEVICE_CPU_THREAD_POOL_H_
#define MONDEQ_DEVICE_CPU_THREAD_POOL_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"

namespace mondeq {

class ThreadPool {
 public:
  // `threads` >= 1, the caller's own included.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Runs task(0) ... task(tasks - 1), each once, and returns when all are done. Not reentrant; one
  // caller.
  void Run(int tasks, absl::FunctionRef<void(int)> task);

 private:
  void Work();
  void WaitForGeneration(std::uint64_t seen);
  void TakeTasks();

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  // A parallel section: its number, what to run, the next task to take, the workers that are not
  // through yet.
  std::atomic<std::uint64_t> generation_{0};
  const absl::FunctionRef<void(int)>* task_ = nullptr;
  int tasks_ = 0;
  bool stop_ = false;
  std::atomic<int> next_{0};
  std::atomic<int> running_{0};
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_THREAD_POOL_H_
