// What single schedules do; what holds for every one is in schedule_conformance.cc.
#include "mondeq/training/schedule.h"

#include "gtest/gtest.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/registry.h"

namespace mondeq {
namespace {

std::unique_ptr<Schedule> Make(const std::string& text) {
  ScheduleConfig config;
  ConfigSource source;
  EXPECT_TRUE(ParseConfig(text, "test", {}, &config, &source).ok());
  return *Registry<Schedule>::Create(config, source, {});
}

TEST(Constant, StaysTheSame) {
  const auto schedule = Make("[mondeq.constant] { learning_rate: 0.25 }");
  for (const Index step : {0, 1, 99}) {
    EXPECT_EQ(schedule->At({step, 10, 10}).learning_rate, 0.25);
    EXPECT_FALSE(schedule->At({step, 10, 10}).momentum.has_value());
  }
}

TEST(Step, ChangesAtEpochBoundaries) {
  const auto schedule = Make("[mondeq.step] { learning_rate: 1 every_epochs: 2 factor: 0.5 }");
  EXPECT_EQ(schedule->At({0, 10, 6}).learning_rate, 1);
  EXPECT_EQ(schedule->At({19, 10, 6}).learning_rate, 1);
  EXPECT_EQ(schedule->At({20, 10, 6}).learning_rate, 0.5);
  EXPECT_EQ(schedule->At({40, 10, 6}).learning_rate, 0.25);
}

TEST(Cosine, FallsFromTheFirstRateToTheLast) {
  const auto schedule = Make("[mondeq.cosine] { learning_rate: 1 final_learning_rate: 0.2 }");
  EXPECT_EQ(schedule->At({0, 10, 6}).learning_rate, 1);
  EXPECT_NEAR(schedule->At({20, 10, 6}).learning_rate, 0.2 + 0.8 * 0.75, 1e-15);  // cos 60 degrees
  EXPECT_NEAR(schedule->At({30, 10, 6}).learning_rate, 0.6, 1e-15);
  EXPECT_NEAR(schedule->At({60, 10, 6}).learning_rate, 0.2, 1e-15);
}

TEST(WarmUp, RisesLinearlyIntoTheOtherSchedule) {
  const auto schedule = Make(
      "[mondeq.warm_up] { epochs: 0.5 schedule { [mondeq.step] { learning_rate: 1 every_epochs: 2 "
      "factor: 0.5 } } }");
  for (Index step = 0; step < 5; ++step) {
    EXPECT_NEAR(schedule->At({step, 10, 6}).learning_rate, static_cast<double>(step + 1) / 5,
                1e-15);
  }
  EXPECT_EQ(schedule->At({5, 10, 6}).learning_rate, 1);
  EXPECT_EQ(schedule->At({20, 10, 6}).learning_rate, 0.5);
  // Momentum is the other's.
  const auto cycle = Make("[mondeq.warm_up] { epochs: 3 schedule { [mondeq.one_cycle] {} } }");
  EXPECT_EQ(cycle->At({0, 10, 20}).momentum, 0.95);
}

constexpr char kCycle[] =
    "[mondeq.one_cycle] { learning_rate: 1e-3 max_learning_rate: 1e-2 momentum: 0.95 "
    "min_momentum: 0.85 }";

void ExpectRates(const Rates& rates, double learning_rate, double momentum) {
  EXPECT_NEAR(rates.learning_rate, learning_rate, 1e-15);
  EXPECT_NEAR(rates.momentum.value(), momentum, 1e-15);
}

TEST(OneCycle, GoesThroughItsKnots) {
  const auto schedule = Make(kCycle);
  const Index n = 8;  // steps per epoch; 65 epochs, knots 0, 30, 60, 65
  ExpectRates(schedule->At({0, n, 65}), 1e-3, 0.95);
  ExpectRates(schedule->At({15 * n, n, 65}), 5.5e-3, 0.90);
  ExpectRates(schedule->At({30 * n, n, 65}), 1e-2, 0.85);
  ExpectRates(schedule->At({45 * n, n, 65}), 5.5e-3, 0.90);
  ExpectRates(schedule->At({60 * n, n, 65}), 1e-3, 0.95);
  ExpectRates(schedule->At({63 * n + 1, n, 65}), 1e-3, 0.95);
  // Within an epoch too.
  ExpectRates(schedule->At({n / 2, n, 65}), 1e-3 + 9e-3 / 60, 0.95 - 0.1 / 60);
}

TEST(OneCycle, OfAShortRunHasNoFinalPart) {
  const auto schedule = Make(kCycle);
  for (const Index epochs : {1, 2, 5}) {
    ExpectRates(schedule->At({0, 10, epochs}), 1e-3, 0.95);
    ExpectRates(schedule->At({epochs * 5, 10, epochs}), 1e-2, 0.85);
    ExpectRates(schedule->At({epochs * 10, 10, epochs}), 1e-3, 0.95);
  }
}

}  // namespace
}  // namespace mondeq
