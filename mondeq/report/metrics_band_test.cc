#include "mondeq/report/metrics_band.h"

#include <cmath>
#include <string>

#include "gtest/gtest.h"

namespace mondeq {
namespace {

MetricsTable Table(const std::string& csv) { return ParseMetricsCsv("m", csv).value(); }

TEST(SpreadTest, IsThatOfASample) {
  const Spread spread = SpreadOf({1, 2, 6});
  EXPECT_EQ(spread.mean, 3);
  EXPECT_EQ(spread.deviation, std::sqrt(7.0));
  EXPECT_EQ(spread.least, 1);
  EXPECT_EQ(spread.most, 6);
  EXPECT_EQ(SpreadOf({0.25}).deviation, 0);
  EXPECT_TRUE(std::isnan(SpreadOf({1, std::nan(""), 2}).least));
}

TEST(MetricsBandTest, IsOverWhatAllSeedsHave) {
  const MetricsTable one = Table("epoch,loss,m\n1,3,1\n2,2,1\n3,1,1\n"),
                     other = Table("loss,epoch\n5,1\n4,2\n");
  const MetricsBand band = BandOf({&one, &other});
  EXPECT_EQ(band.seeds, 2u);
  EXPECT_EQ(band.rows, 2u);
  EXPECT_TRUE(band.is_cut);
  EXPECT_EQ(band.Find("m"), nullptr);
  ASSERT_NE(band.Find("loss"), nullptr);
  ASSERT_EQ(band.Find("loss")->size(), 2u);
  EXPECT_EQ(band.Find("loss")->at(1).mean, 3);
  EXPECT_EQ(band.Find("loss")->at(1).least, 2);
  EXPECT_EQ(band.Find("epoch")->at(1).deviation, 0);
}

TEST(MetricsBandTest, OneSeedIsItself) {
  const MetricsTable one = Table("epoch,loss\n1,3\n2,2\n");
  const MetricsBand band = BandOf({&one});
  EXPECT_FALSE(band.is_cut);
  EXPECT_EQ(band.Find("loss")->at(0).least, 3);
  EXPECT_EQ(band.Find("loss")->at(0).most, 3);
}

}  // namespace
}  // namespace mondeq
