// A fixed set of threads for short, frequent parallel sections: workers spin for some microseconds
// before they sleep, since a solver's iteration is often shorter than waking a thread.
//
// Each worker begins with tasks of its own, the same in every section of as many tasks, and only
// then takes over what others have not come to. So what a section writes is mostly read by the same
// worker in the next: between cores that share no cache, handing it over costs more than memory.
//
// A section waits for the tasks that workers have begun, and for no worker that has begun none: the
// system may have given its core to somebody else. Where that costs more than the workers give, the
// caller works alone for a while.
#ifndef MONDEQ_DEVICE_CPU_THREAD_POOL_H_
#define MONDEQ_DEVICE_CPU_THREAD_POOL_H_

#include <atomic>
#include <chrono>
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
  void RunAlone(int tasks, absl::FunctionRef<void(const Task&)> task);
  // Opens a section, whose tasks are set.
  void Open();
  // Waits for another section than `seen`, and returns its number.
  std::uint64_t WaitForSection(std::uint64_t seen);
  // Whether a worker may take tasks of a section; if so it is inside.
  bool Enter(std::uint64_t section);
  // Lets no more workers in, and waits for those inside.
  void Close();
  void TakeTasks(int worker);
  // Tasks of a worker are FirstTask(worker) up to FirstTask(worker + 1).
  int FirstTask(int worker) const {
    return static_cast<int>(std::int64_t{tasks_} * worker / threads());
  }

  std::vector<std::thread> workers_;
  std::vector<Share> shares_;
  std::mutex mutex_;
  std::condition_variable wake_;
  // The parallel section: its number, whether workers may still enter it, and how many are inside.
  // Its tasks change only where it is closed and empty.
  static constexpr std::uint64_t kOpen = std::uint64_t{1} << 16, kNumber = kOpen << 1;
  std::atomic<std::uint64_t> section_{0};
  const absl::FunctionRef<void(const Task&)>* task_ = nullptr;
  int tasks_ = 0;
  std::atomic<bool> stop_{false};

  // Whether the caller waits for workers for longer than they save it.
  using Clock = std::chrono::steady_clock;
  void Judge(Clock::duration worked, Clock::duration waited);
  Clock::duration worked_{}, waited_{}, alone_for_{};
  Clock::time_point alone_until_{};
  int sections_ = 0;
  // Whether the system has given the caller's core to another thread for a quarter of the time
  // since this was last called, if that was by the same caller.
  bool Interrupted(Clock::time_point now);
  struct Processor {
    std::thread::id thread;
    Clock::time_point looked;
    Clock::duration used;
    long interruptions;
  };
  Processor processor_{};
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_THREAD_POOL_H_
