#include "mondeq/collective/rank_threads.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/collective/check_ranks_testing.h"
#include "mondeq/collective/collective.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

double SecondsOf(const std::function<void()>& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class RankThreadsTest : public ::testing::TestWithParam<int> {};

TEST_P(RankThreadsTest, DoWhatRanksDo) {
  for (const auto check : {CheckMessages, CheckSums}) {
    const absl::Status status = RunOnThreads(GetParam(), {}, check);
    EXPECT_TRUE(status.ok()) << status;
  }
}

// Whoever fails, all hear of the first, by number.
TEST_P(RankThreadsTest, AgreeOnAnError) {
  const int size = GetParam();
  for (int bad = 0; bad < size; ++bad) {
    std::atomic<int> same{0};
    const absl::Status status = RunOnThreads(size, {}, [&](Communicator& ranks) {
      EXPECT_TRUE(AgreeOn(ranks, absl::OkStatus()).ok());
      absl::Status mine;
      if (ranks.rank() >= bad) mine = absl::DataLossError("no file 7");
      const absl::Status agreed = AgreeOn(ranks, mine);
      if (absl::IsDataLoss(agreed)) ++same;
      return agreed;
    });
    EXPECT_EQ(same, size);
    const std::string where =
        absl::StrCat("rank ", bad, " of ", size, " on thread ", bad, ": no file 7");
    EXPECT_EQ(status.message(), bad == 0 ? "no file 7" : where);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, RankThreadsTest, ::testing::Values(1, 2, 3, 4, 8));

TEST(RankThreadsFaultTest, ARankThatEndsIsNoticed) {
  const absl::Status status = RunOnThreads(4, {}, [](Communicator& ranks) {
    if (ranks.rank() == 2) return absl::ResourceExhaustedError("the disk is full");
    return Barrier(ranks);
  });
  EXPECT_EQ(status, absl::ResourceExhaustedError("the disk is full"));
  const absl::Status silent = RunOnThreads(2, {}, [](Communicator& ranks) {
    return ranks.rank() == 1 ? absl::OkStatus() : Barrier(ranks);
  });
  EXPECT_TRUE(absl::IsUnavailable(silent));
  EXPECT_THAT(std::string(silent.message()), HasSubstr("rank 1 of 2 has ended"));
}

TEST(RankThreadsFaultTest, ARankThatIsStuckIsNoticed) {
  ThreadNetwork network;
  network.timeout_seconds = 0.05;
  std::atomic<bool> noticed{false};
  const absl::Status status = RunOnThreads(2, network, [&](Communicator& ranks) {
    if (ranks.rank() == 1) {
      while (!noticed) std::this_thread::yield();
      return absl::OkStatus();
    }
    const absl::Status end = Barrier(ranks);
    noticed = true;
    return end;
  });
  EXPECT_TRUE(absl::IsDeadlineExceeded(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("rank 1 of 2 sent nothing for 0.05 s"));
}

// The least that a simulated network takes; how much more is the machine's affair.
TEST(RankThreadsNetworkTest, MessagesTakeTheirTime) {
  ThreadNetwork network;
  network.seconds_per_message = 0.02;
  network.seconds_per_byte = 1e-4;
  const auto send = [](int messages) {
    return [messages](Communicator& ranks) {
      std::string bytes(100, 'x');
      absl::Status status;
      for (int i = 0; i < messages; ++i) {
        status.Update(ranks.rank() == 0 ? ranks.Send(1, bytes)
                                        : ranks.Receive(0, absl::MakeSpan(bytes)));
      }
      return status;
    };
  };
  const auto seconds = [&](int messages) {
    return SecondsOf([&] { EXPECT_TRUE(RunOnThreads(2, network, send(messages)).ok()); });
  };
  EXPECT_GE(seconds(1), 0.03);
  EXPECT_GE(seconds(5), 0.07) << "bytes one after the other, latencies together";
}

}  // namespace
}  // namespace mondeq
