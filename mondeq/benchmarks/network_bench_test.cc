#include "mondeq/benchmarks/network_bench.h"

#include "gtest/gtest.h"

namespace mondeq {
namespace {

// A microsecond a message, a second for a thousand bytes.
constexpr NetworkRates kRates{1e-6, 1e-3};

TEST(NetworkModelTest, OneRankSaysNothing) {
  EXPECT_EQ(TreeSeconds(kRates, 1, 1000), 0);
  EXPECT_EQ(HalvesSeconds(kRates, 1, 1000), 0);
  EXPECT_EQ(RingSeconds(kRates, 1, 1000), 0);
}

TEST(NetworkModelTest, CountsMessagesAndBytes) {
  // Up and down: 2 and 2 messages of all bytes; of a half, a quarter, a quarter and a half.
  EXPECT_DOUBLE_EQ(TreeSeconds(kRates, 4, 1000), 4 * (1 + 1e-6));
  EXPECT_DOUBLE_EQ(HalvesSeconds(kRates, 4, 1000), 1.5 + 4e-6);
  // The third of three sends all to the first, which reduces with the second.
  EXPECT_DOUBLE_EQ(HalvesSeconds(kRates, 3, 1000), 1 + 2e-6 + 2 * (1 + 1e-6));
  // Three quarters, one after the other.
  EXPECT_DOUBLE_EQ(RingSeconds(kRates, 4, 1000), 0.75 + 3e-6);
  EXPECT_DOUBLE_EQ(TreeSeconds(kRates, 1000, 0), 20e-6);
}

}  // namespace
}  // namespace mondeq
