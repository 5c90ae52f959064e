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
