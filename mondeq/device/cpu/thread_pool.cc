#include "mondeq/device/cpu/thread_pool.h"

#include "mondeq/device/cpu/flush_denormals.h"

namespace mondeq {
namespace {

// About 50 microseconds: longer than the serial parts between two sections of a solver.
constexpr int kSpins = 2000;

void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

}  // namespace

ThreadPool::ThreadPool(int threads) : shares_(static_cast<std::size_t>(threads)) {
  workers_.reserve(static_cast<std::size_t>(threads - 1));
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { Work(i); });
  } catch (...) {
    // The system has no more threads. Those that there are must not outlive what they wait for.
    Stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { Stop(); }

void ThreadPool::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    generation_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::Run(int tasks, absl::FunctionRef<void(const Task&)> task) {
  const FlushDenormals flush;
  if (workers_.empty() || tasks <= 1) {
    for (int i = 0; i < tasks; ++i) task({i, 0, i + 1 < tasks ? i + 1 : -1});
    return;
  }
  task_ = &task;
  tasks_ = tasks;
  for (int i = 0; i < threads(); ++i)
    shares_[static_cast<std::size_t>(i)].next.store(FirstTask(i), std::memory_order_relaxed);
  running_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
  {
    // Under the mutex, so that a worker about to sleep cannot miss it.
    std::lock_guard<std::mutex> lock(mutex_);
    generation_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  TakeTasks(0);
  for (int spins = 0; running_.load(std::memory_order_acquire) > 0; ++spins) {
    if (spins < kSpins) {
      Pause();
    } else {
      std::this_thread::yield();
    }
  }
}

void ThreadPool::Work(int worker) {
  const FlushDenormals flush;
  std::uint64_t seen = 0;
  while (true) {
    WaitForGeneration(seen);
    // Sections never overlap a worker's check-out, so exactly one has begun since the last.
    ++seen;
    if (stop_) return;
    TakeTasks(worker);
    running_.fetch_sub(1, std::memory_order_release);
  }
}

void ThreadPool::WaitForGeneration(std::uint64_t seen) {
  for (int spins = 0; spins < kSpins; ++spins) {
    if (generation_.load(std::memory_order_acquire) != seen) return;
    Pause();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  wake_.wait(lock, [&] { return generation_.load(std::memory_order_acquire) != seen; });
}

void ThreadPool::TakeTasks(int worker) {
  for (int i = 0; i < threads(); ++i) {
    const int owner = (worker + i) % threads(), end = FirstTask(owner + 1);
    std::atomic<int>& next = shares_[static_cast<std::size_t>(owner)].next;
    for (int task = next.fetch_add(1); task < end; task = next.fetch_add(1))
      (*task_)({task, worker, task + 1 < end ? task + 1 : -1});
  }
}

}  // namespace mondeq
