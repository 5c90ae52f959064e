// Conformance of every registered schedule.
// A library: a test program links it with the plugins under test, here or in another workspace
// (mondeq_conformance_test in tools/mondeq.bzl).
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/testing/examples.h"
#include "mondeq/training/schedule.h"

namespace mondeq {
namespace {

TEST(ScheduleRegistryTest, EveryPluginHasAnExample) {
  const auto names = Registry<Schedule>::Names();
  EXPECT_FALSE(names.empty());
  EXPECT_THAT(ExampleNames<ScheduleExamples>(), testing::IsSupersetOf(names));
}

class ScheduleConformanceTest : public testing::TestWithParam<Example<ScheduleConfig>> {};

TEST_P(ScheduleConformanceTest, RatesAreSensible) {
  const auto schedule = *Registry<Schedule>::Create(GetParam().slot, ConfigSource(), {});
  for (const Index epochs : {1, 4, 5, 6, 40}) {
    for (Index step = 0; step < 3 * epochs; ++step) {
      const Rates rates = schedule->At({step, 3, epochs});
      EXPECT_GT(rates.learning_rate, 0);
      EXPECT_LE(rates.learning_rate, 1);
      EXPECT_GE(rates.momentum.value_or(0), 0);
      EXPECT_LT(rates.momentum.value_or(0), 1);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ScheduleConformanceTest,
                         testing::ValuesIn(NamedExamples<ScheduleExamples>()), CaseName());

}  // namespace
}  // namespace mondeq
