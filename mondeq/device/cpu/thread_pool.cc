#include "mondeq/device/cpu/thread_pool.h"

#include <sys/resource.h>

#include <algorithm>

#include "mondeq/device/cpu/flush_denormals.h"

namespace mondeq {
namespace {

// About 50 microseconds: longer than the serial parts between two sections of a solver.
constexpr int kSpins = 2000;
// How much time of sections is judged at once.
constexpr std::chrono::microseconds kJudged(2000);
// More sections than this in such a time are short ones.
constexpr int kShort = 8;
// For how long the caller works alone after it has waited in vain, at first and at most.
constexpr std::chrono::microseconds kAlone(1000), kMostAlone(64000);

void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

#ifdef RUSAGE_THREAD
std::chrono::microseconds DurationOf(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}
#endif

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
    section_.fetch_add(kNumber, std::memory_order_release);
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::Run(int tasks, absl::FunctionRef<void(const Task&)> task) {
  const FlushDenormals flush;
  if (workers_.empty() || tasks <= 1) return RunAlone(tasks, task);
  const Clock::time_point begin = Clock::now();
  if (begin < alone_until_) return RunAlone(tasks, task);
  task_ = &task;
  tasks_ = tasks;
  for (int i = 0; i < threads(); ++i)
    shares_[static_cast<std::size_t>(i)].next.store(FirstTask(i), std::memory_order_relaxed);
  Open();
  TakeTasks(0);
  const Clock::time_point done = Clock::now();
  Close();
  Judge(done - begin, Clock::now() - done);
}

void ThreadPool::RunAlone(int tasks, absl::FunctionRef<void(const Task&)> task) {
  for (int i = 0; i < tasks; ++i) task({i, 0, i + 1 < tasks ? i + 1 : -1});
}

void ThreadPool::Judge(Clock::duration worked, Clock::duration waited) {
  ++sections_;
  worked_ += worked;
  waited_ += waited;
  if (worked_ + waited_ < kJudged) return;
  // Alone the caller would have taken about as long as all threads work.
  const bool in_vain = waited_ > (threads() - 1) * worked_;
  const Clock::time_point now = Clock::now();
  // In short sections the workers wait as long for the caller as it waits for its core, which it
  // would have if it were alone.
  const bool short_of_cores = Interrupted(now) && sections_ > kShort;
  sections_ = 0;
  worked_ = waited_ = Clock::duration::zero();
  if (in_vain || short_of_cores) {
    alone_for_ = std::clamp<Clock::duration>(2 * alone_for_, kAlone, kMostAlone);
    alone_until_ = now + alone_for_;
  } else if (now - alone_until_ > kMostAlone) {
    // Nobody was late for longer than the system gives a core to somebody at a time.
    alone_for_ = Clock::duration::zero();
  }
}

bool ThreadPool::Interrupted(Clock::time_point now) {
#ifdef RUSAGE_THREAD
  rusage usage;
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return false;
  const Processor before = processor_;
  processor_ = {std::this_thread::get_id(), now,
                DurationOf(usage.ru_utime) + DurationOf(usage.ru_stime), usage.ru_nivcsw};
  if (before.thread != processor_.thread) return false;
  const Clock::duration wall = now - before.looked,
                        without = wall - (processor_.used - before.used);
  // Not by what takes a core for a moment, as a thread that makes batches does.
  return processor_.interruptions != before.interruptions && without > wall / 4;
#else
  static_cast<void>(now);
  return false;
#endif
}

void ThreadPool::Open() {
  {
    // Under the mutex, so that a worker about to sleep cannot miss it.
    std::lock_guard<std::mutex> lock(mutex_);
    section_.fetch_add(kNumber + kOpen, std::memory_order_release);
  }
  wake_.notify_all();
}

void ThreadPool::Close() {
  section_.fetch_sub(kOpen, std::memory_order_relaxed);
  for (int spins = 0; section_.load(std::memory_order_acquire) % kOpen != 0; ++spins) {
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
    seen = WaitForSection(seen);
    if (stop_) return;
    if (!Enter(seen)) continue;
    TakeTasks(worker);
    section_.fetch_sub(1, std::memory_order_release);
  }
}

std::uint64_t ThreadPool::WaitForSection(std::uint64_t seen) {
  const auto number = [this] { return section_.load(std::memory_order_acquire) / kNumber; };
  for (int spins = 0; spins < kSpins; ++spins) {
    if (number() != seen) return number();
    Pause();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  wake_.wait(lock, [&] { return number() != seen; });
  return number();
}

bool ThreadPool::Enter(std::uint64_t section) {
  std::uint64_t now = section_.load(std::memory_order_relaxed);
  while (now / kNumber == section && now / kOpen % 2 != 0) {
    if (section_.compare_exchange_weak(now, now + 1, std::memory_order_acquire)) return true;
  }
  return false;
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
