#include "mondeq/report/metrics_csv.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(MetricsCsvTest, IsParsedBack) {
  std::vector<EpochMetrics> history(3);
  double next = 0.1;
  for (EpochMetrics& row : history) {
    ForEachMetric(row, [&](const char*, auto& value) {
      value = static_cast<std::decay_t<decltype(value)>>(next += 1.25);
    });
  }
  history[1].m = std::numeric_limits<double>::quiet_NaN();
  const absl::StatusOr<MetricsTable> table = ParseMetricsCsv("metrics.csv", MetricsCsv(history));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->names, MetricNames());
  ASSERT_EQ(table->rows(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    ForEachMetric(history[i], [&](const std::string& name, auto value) {
      const double parsed = table->columns.at(name)[i];
      if (std::isnan(static_cast<double>(value))) {
        EXPECT_TRUE(std::isnan(parsed)) << name;
      } else {
        EXPECT_DOUBLE_EQ(parsed, static_cast<double>(value)) << name;
      }
    });
  }
}

// Samples that are held back have columns where there are any.
TEST(MetricsCsvTest, SamplesHeldBackHaveColumns) {
  std::vector<EpochMetrics> history(2);
  EXPECT_EQ(MetricsCsv(history).find("validation"), std::string::npos);
  history[0].validation = ValidationMetrics{0.5, 0.75};
  history[1].validation = ValidationMetrics{0.25, 0.875};
  const auto table = ParseMetricsCsv("m", MetricsCsv(history));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->names.size(), MetricNames().size() + 2);
  EXPECT_THAT(table->columns.at("validation_loss"), ElementsAre(0.5, 0.25));
  EXPECT_THAT(table->columns.at("validation_accuracy"), ElementsAre(0.75, 0.875));
}

TEST(MetricsCsvTest, OtherColumnsAndNoRowsAreFine) {
  const auto few = ParseMetricsCsv("x", "epoch,alpha\n1,0.5\n2,nan\n");
  ASSERT_TRUE(few.ok()) << few.status();
  EXPECT_THAT(few->names, ElementsAre("epoch", "alpha"));
  EXPECT_THAT(few->columns.at("epoch"), ElementsAre(1, 2));
  EXPECT_EQ(ParseMetricsCsv("x", MetricsCsv({}))->rows(), 0u);
}

TEST(MetricsCsvTest, TheBestRowIsByWhatWasHeldBack) {
  const auto best = [](const std::string& csv) { return BestRow(*ParseMetricsCsv("m", csv)); };
  EXPECT_EQ(best("epoch,test_accuracy\n1,nan\n2,0.5\n3,0.75\n4,0.75\n5,0.5\n"), 2u);
  EXPECT_EQ(best("epoch,test_accuracy,validation_accuracy\n1,0.9,0.5\n2,0.8,0.6\n"), 1u);
  EXPECT_EQ(best("epoch,test_accuracy\n1,nan\n"), absl::nullopt);
  EXPECT_EQ(best("epoch\n1\n"), absl::nullopt);
}

TEST(MetricsCsvTest, DamageIsNamedWithItsLine) {
  const auto error = [](const char* text) {
    const auto table = ParseMetricsCsv("m.csv", text);
    EXPECT_TRUE(absl::IsDataLoss(table.status())) << text;
    return std::string(table.status().message());
  };
  EXPECT_THAT(error(""), HasSubstr("m.csv:1: not the metrics of a run"));
  EXPECT_THAT(error("\x7f\x45LF\n"), HasSubstr("m.csv:1: not the metrics of a run"));
  EXPECT_THAT(error("epoch,a,a\n"), HasSubstr("m.csv:1: two columns are named \"a\""));
  EXPECT_THAT(error("epoch,a\n1,2\n3\n"), HasSubstr("m.csv:3: expected 2 numbers, found 1"));
  EXPECT_THAT(error("epoch,a\n1,<b>\n"), HasSubstr("m.csv:2: expected a number, found \"<b>\""));
}

}  // namespace
}  // namespace mondeq
