// A fixed set of threads for short, frequent parallel sections: workers spin for some microseconds
// before they sleep, since a solver's iteration is often shorter than waking a thread.
//
// Each worker begins with tasks of its own, the same in every section of as many tasks, and only
// then takes over what others have not come to. So what a section writes is mostly read by the same
// worker in the next: between cores that share no cache, handing it over costs more than memory.
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

  int threads() const { return static_cast<int>(shares_.size()); }

  struct Task {
    int index;
    int worker;  // 0 <= worker < threads(); a worker does one task at a time
    int next;    // what the worker will probably do next, or -1
  };
  // Runs `task` for each index 0 ... tasks - 1 once, and returns when all are done. A task must not
  // call Run, nor may two threads at once. Tasks take denormal numbers for zero
  // (flush_denormals.h), on the caller's thread too.
  void Run(int tasks, absl::FunctionRef<void(const Task&)> task);

 private:
  // The next of a worker's own tasks that nobody has begun, on a line of the cache of its own.
  struct alignas(64) Share {
    std::atomic<int> next{0};
  };

  void Work(int worker);
  // Ends all workers.
  void Stop();
  void WaitForGeneration(std::uint64_t seen);
  void TakeTasks(int worker);
  // Tasks of a worker are FirstTask(worker) up to FirstTask(worker + 1).
  int FirstTask(int worker) const {
    return static_cast<int>(std::int64_t{tasks_} * worker / threads());
  }

  std::vector<std::thread> workers_;
  std::vector<Share> shares_;
  std::mutex mutex_;
  std::condition_variable wake_;
  // The parallel section: its number, the tasks to run, and how many workers are not through yet.
  std::atomic<std::uint64_t> generation_{0};
  const absl::FunctionRef<void(const Task&)>* task_ = nullptr;
  int tasks_ = 0;
  bool stop_ = false;
  std::atomic<int> running_{0};
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_THREAD_POOL_H_
