#include "mondeq/report/quantile.h"

#include <algorithm>
#include <limits>

#include "gtest/gtest.h"
#include "mondeq/core/random.h"

namespace mondeq {
namespace {

TEST(Quantile, IsTheSmallestValueThatEnoughDoNotExceed) {
  Random random(1);
  for (int trial = 0; trial < 300; ++trial) {
    // Some are equal.
    std::vector<double> values(1 + random.Below(50));
    for (double& value : values) value = static_cast<double>(random.Below(20));
    const auto count = static_cast<double>(values.size());
    for (const double share : {0.5, 0.95, 1.0, 1 - random.Uniform()}) {
      const double quantile = NearestRankQuantile(values, share);
      const auto within = [&](auto is_within) {
        return static_cast<double>(std::count_if(values.begin(), values.end(), is_within));
      };
      EXPECT_GE(within([&](double v) { return v <= quantile; }), share * count);
      EXPECT_LT(within([&](double v) { return v < quantile; }), share * count);
    }
  }
}

TEST(Quantile, ByHand) {
  EXPECT_EQ(NearestRankQuantile({3}, 0.5), 3);
  EXPECT_EQ(NearestRankQuantile({4, 1, 3, 2}, 0.5), 2);
  EXPECT_EQ(NearestRankQuantile({5, 4, 1, 3, 2}, 0.5), 3);
  std::vector<double> twenty;
  for (int i = 20; i > 0; --i) twenty.push_back(i);
  EXPECT_EQ(NearestRankQuantile(twenty, 0.95), 19);
  twenty[0] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(NearestRankQuantile(twenty, 0.95), 19);
  EXPECT_EQ(NearestRankQuantile(twenty, 1), std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace mondeq
