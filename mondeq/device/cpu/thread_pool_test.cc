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
      pool.Run(tasks, [&](int i) { ++runs[static_cast<std::size_t>(i)]; });
      for (const auto& run : runs) EXPECT_EQ(run, 1);
    }
  }
}

TEST(ThreadPoolTest, ManyShortSectionsSeeEachOthersWrites) {
  ThreadPool pool(2);
  std::vector<int> counts(2);
  constexpr int kSections = 20000;
  for (int i = 0; i < kSections; ++i) {
    pool.Run(2, [&](int task) { ++counts[static_cast<std::size_t>(task)]; });
  }
  EXPECT_EQ(counts[0], kSections);
  EXPECT_EQ(counts[1], kSections);
}

TEST(ThreadPoolTest, WakesSleepingWorkers) {
  ThreadPool pool(3);
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::atomic<int> runs{0};
    pool.Run(8, [&](int) { ++runs; });
    EXPECT_EQ(runs, 8);
  }
}

}  // namespace
}  // namespace mondeq
