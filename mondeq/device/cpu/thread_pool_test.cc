#include "mondeq/device/cpu/thread_pool.h"

#include <chrono>

#include "gtest/gtest.h"

namespace mondeq {
namespace {

TEST(ThreadPoolTest, RunsEveryTaskOnce) {
  for (int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (int tasks : {0, 1, 2, 3, 64}) {
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(tasks));
      pool.Run(tasks,
               [&](const ThreadPool::Task& task) { ++runs[static_cast<std::size_t>(task.index)]; });
      for (const auto& run : runs) EXPECT_EQ(run, 1);
    }
  }
}

TEST(ThreadPoolTest, WorkersDoOneTaskAtATimeAndKnowTheNext) {
  for (int threads : {1, 3}) {
    ThreadPool pool(threads);
    std::vector<std::atomic<int>> busy(static_cast<std::size_t>(threads));
    std::atomic<int> without_next{0};
    pool.Run(50, [&](const ThreadPool::Task& task) {
      EXPECT_EQ(busy[static_cast<std::size_t>(task.worker)]++, 0);
      EXPECT_TRUE(task.next == task.index + 1 || task.next == -1);
      if (task.next == -1) ++without_next;
      --busy[static_cast<std::size_t>(task.worker)];
    });
    // The last of each worker's own tasks has no next one.
    EXPECT_EQ(without_next, threads);
  }
}

TEST(ThreadPoolTest, ManyShortSectionsSeeEachOthersWrites) {
  ThreadPool pool(2);
  std::vector<int> counts(2);
  constexpr int kSections = 20000;
  for (int i = 0; i < kSections; ++i) {
    pool.Run(2,
             [&](const ThreadPool::Task& task) { ++counts[static_cast<std::size_t>(task.index)]; });
  }
  EXPECT_EQ(counts[0], kSections);
  EXPECT_EQ(counts[1], kSections);
}

// More threads than cores: workers come late, to sections that are over or to the next one.
TEST(ThreadPoolTest, WorkersThatComeLateTakeNoTasksOfAnotherSection) {
  constexpr int kThreads = 9, kSections = 3000;
  ThreadPool pool(kThreads);
  std::vector<std::atomic<int>> runs(kThreads + 1);
  for (int section = 0; section < kSections; ++section) {
    const int tasks = 2 + section % kThreads;
    for (auto& run : runs) run = 0;
    // A number of this section's own, that a task of another one would not add.
    pool.Run(tasks, [&runs, section](const ThreadPool::Task& task) {
      runs[static_cast<std::size_t>(task.index)] += section + 1;
    });
    for (int i = 0; i <= kThreads; ++i)
      ASSERT_EQ(runs[static_cast<std::size_t>(i)], i < tasks ? section + 1 : 0) << section;
  }
}

// What a worker has begun is waited for. The caller's task lasts until the worker comes in, unless
// that is left out.
TEST(ThreadPoolTest, WaitsForLongTasks) {
  const std::chrono::milliseconds most(100), task_time(5);
  for (int i = 0; i < 5; ++i) {
    ThreadPool pool(2);
    std::atomic<bool> begun{false};
    std::atomic<int> done{0};
    pool.Run(2, [&](const ThreadPool::Task& task) {
      const auto begin = std::chrono::steady_clock::now();
      if (task.worker == 0) {
        while (!begun && std::chrono::steady_clock::now() - begin < most) std::this_thread::yield();
      } else {
        begun = true;
        std::this_thread::sleep_for(task_time);
      }
      ++done;
    });
    EXPECT_EQ(done, 2);
  }
}

// The caller works alone where workers are of no use, and every task is run all the same.
TEST(ThreadPoolTest, WorkersThatAreAlwaysLateAreLeftOut) {
  ThreadPool pool(2);
  int by_workers = 0, sections = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
  for (; std::chrono::steady_clock::now() < end; ++sections) {
    std::atomic<int> done{0}, late{0};
    pool.Run(2, [&](const ThreadPool::Task& task) {
      if (task.worker != 0) {
        ++late;
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
      }
      ++done;
    });
    ASSERT_EQ(done, 2);
    by_workers += late;
  }
  EXPECT_GT(sections, by_workers);
}

TEST(ThreadPoolTest, WakesSleepingWorkers) {
  ThreadPool pool(3);
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::atomic<int> runs{0};
    pool.Run(8, [&](const ThreadPool::Task&) { ++runs; });
    EXPECT_EQ(runs, 8);
  }
}

#if defined(__x86_64__) || defined(__aarch64__)
TEST(ThreadPoolTest, TasksTakeDenormalNumbersForZeroAndTheirCallerDoesNot) {
  // Written so that the compiler computes nothing ahead.
  volatile float small = 1e-30f, denormal = 1e-40f;
  const auto flushes = [&] { return small * 1e-10f == 0 && denormal * 1e10f == 0; };
  for (int threads : {1, 3}) {
    ThreadPool pool(threads);
    for (int tasks : {1, 50}) {
      std::atomic<int> flushed{0};
      pool.Run(tasks, [&](const ThreadPool::Task&) { flushed += flushes() ? 1 : 0; });
      EXPECT_EQ(flushed, tasks);
      EXPECT_NE(small * 1e-10f, 0);
      EXPECT_NE(denormal * 1e10f, 0);
    }
  }
}
#endif

}  // namespace
}  // namespace mondeq
