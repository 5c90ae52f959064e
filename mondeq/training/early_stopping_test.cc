#include "mondeq/training/early_stopping.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/config_source.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

std::vector<EpochMetrics> Epochs(const std::vector<ValidationMetrics>& validation) {
  std::vector<EpochMetrics> history;
  for (const ValidationMetrics& one : validation) {
    EpochMetrics metrics;
    metrics.epoch = static_cast<Index>(history.size()) + 1;
    metrics.validation = one;
    history.push_back(metrics);
  }
  return history;
}

std::vector<EpochMetrics> Losses(const std::vector<double>& losses) {
  std::vector<ValidationMetrics> validation;
  for (const double loss : losses) validation.push_back({loss, 0.5});
  return Epochs(validation);
}

EarlyStoppingConfig Config(const std::string& text) {
  EarlyStoppingConfig config;
  ConfigSource source;
  EXPECT_TRUE(ParseConfig(text, "test", {}, &config, &source).ok()) << text;
  return config;
}

// The number of epochs after which a run of these losses ends; 0 if it does not.
int EndsAfter(const std::string& config, const std::vector<double>& losses) {
  for (std::size_t n = 1; n <= losses.size(); ++n) {
    if (StopsEarly(Config(config),
                   Losses({losses.begin(), losses.begin() + static_cast<int>(n)}))) {
      return static_cast<int>(n);
    }
  }
  return 0;
}

TEST(EarlyStoppingTest, WaitsForAnImprovement) {
  EXPECT_EQ(EndsAfter("patience: 2", {5, 4, 3, 2, 1}), 0);
  EXPECT_EQ(EndsAfter("patience: 1", {5, 5}), 2) << "what is as good is not better";
  EXPECT_EQ(EndsAfter("patience: 2", {5, 6, 4, 5, 3, 3, 3, 1}), 7);
  EXPECT_EQ(EndsAfter("patience: 3", {5, 6, 4, 5, 3, 3, 3, 1}), 0);
  EXPECT_EQ(EndsAfter("", {1, 2, 2, 2, 2, 2}), 6) << "five epochs by default";
  EXPECT_FALSE(StopsEarly(Config(""), {}).has_value());
}

// Many small steps are an improvement once they are one over the best before them.
TEST(EarlyStoppingTest, SmallImprovementsAddUp) {
  const std::vector<double> slow = {4, 3.75, 3.5, 3.25, 3, 2.75, 2.5, 2.25, 2};
  EXPECT_EQ(EndsAfter("patience: 4 min_improvement: 0.9", slow), 0);
  EXPECT_EQ(EndsAfter("patience: 4 min_improvement: 1", slow), 5) << "more is asked for";
  EXPECT_EQ(EndsAfter("patience: 3 min_improvement: 0.9", slow), 4);
}

TEST(EarlyStoppingTest, SaysWhatAndSinceWhen) {
  const auto loss = StopsEarly(Config("patience: 2"), Losses({0.5, 0.25, 0.375, 0.5}));
  ASSERT_TRUE(loss.has_value());
  EXPECT_EQ(*loss, "stopped early: the validation loss has not improved on 0.2500 since epoch 2");
  const auto accuracy = StopsEarly(Config("patience: 1 metric: VALIDATION_ACCURACY"),
                                   Epochs({{4, 0.5}, {3, 0.75}, {2, 0.75}}));
  ASSERT_TRUE(accuracy.has_value());
  EXPECT_THAT(*accuracy, HasSubstr("accuracy has not improved on 75.00 % since epoch 2"));
}

// What a run ended by stays an end whatever comes after, as in a run that is resumed.
TEST(EarlyStoppingTest, AnEndIsAnEnd) {
  const std::vector<double> losses = {5, 6, 6, 1, 1, 1};
  for (std::size_t n = 3; n <= losses.size(); ++n) {
    const auto end = StopsEarly(Config("patience: 2"),
                                Losses({losses.begin(), losses.begin() + static_cast<int>(n)}));
    ASSERT_TRUE(end.has_value());
    EXPECT_THAT(*end, HasSubstr("since epoch 1"));
  }
}

TEST(BestEpochTest, IsTheFirstMostAccurateOnSamplesHeldBack) {
  std::vector<EpochMetrics> history = Epochs({{1, 0.5}, {1, 0.75}, {0, 0.75}, {1, 0.25}});
  history[3].test_accuracy = 1;
  EXPECT_EQ(BestEpoch(history), 2);
  for (EpochMetrics& metrics : history) metrics.validation.reset();
  EXPECT_EQ(BestEpoch(history), 4);
}

}  // namespace
}  // namespace mondeq
