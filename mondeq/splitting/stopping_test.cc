#include "mondeq/splitting/stopping.h"

#include <cmath>

#include "gtest/gtest.h"

namespace mondeq {
namespace {

const std::vector<double> kNoBias(3, 0.0);

TEST(RelativeChangeTest, OneNormOverTheBatchOrTheWorstSample) {
  const SquareSums change = {{9, 0, 16}}, size = {{900, 100, 400}};
  EXPECT_NEAR(RelativeChange(change, size, false, kNoBias), std::sqrt(25.0 / 1400), 1e-8);
  EXPECT_NEAR(RelativeChange(change, size, true, kNoBias), 0.2, 1e-7);
  EXPECT_EQ(RelativeChange({{0, 0}}, {{0, 0}}, false, kNoBias), 0);
  for (bool per_sample : {false, true}) {
    EXPECT_TRUE(
        std::isnan(RelativeChange({{1, std::nan(""), 1}}, {{1, 1, 1}}, per_sample, kNoBias)));
    EXPECT_FALSE(std::isfinite(RelativeChange({{1, INFINITY}}, {{1, 1}}, per_sample, kNoBias)));
  }
}

TEST(RelativeChangeTest, TiersAreAddedUp) {
  const SquareSums change = {{9, 0}, {16, 1}}, size = {{900, 100}, {300, 100}};
  EXPECT_NEAR(RelativeChange(change, size, false, kNoBias),
              std::sqrt(9.0 / 1000) + std::sqrt(17.0 / 400), 1e-7);
  EXPECT_NEAR(RelativeChange(change, size, true, kNoBias), 0.1 + std::sqrt(16.0 / 300), 1e-6);
}

TEST(RelativeChangeTest, SmallProblemsAreNotSmallChanges) {
  // The same iteration at a scale of 1e-8 must not look converged.
  EXPECT_NEAR(RelativeChange({{0.25e-16}}, {{1e-16}}, false, {1e-16}), 0.5, 1e-4);
  EXPECT_EQ(RelativeChange({{0}}, {{0}}, false, {0}), 0);
  // What is left where a tier cancels to zero is no change.
  EXPECT_LE(RelativeChange({{1}, {1e-13}}, {{1e6}, {1e-13}}, false, {1}), 5e-3);
}

TEST(RelativeChangeTest, SamplesAreMeasuredAgainstTheirOwnBias) {
  // The second sample is a million times smaller than its batch mate, and has not converged.
  EXPECT_NEAR(RelativeChange({{0, 0.25e-12}}, {{1, 1e-12}}, true, {1, 1e-12}), 0.5, 1e-4);
  EXPECT_LE(RelativeChange({{0, 0.25e-12}}, {{1, 1e-12}}, false, {1, 1e-12}), 1e-6);
}

TEST(StoppingTestTest, StopsAtTheToleranceAndCountsTheLastStep) {
  StoppingTest test({0.1, 10});
  EXPECT_FALSE(test.Done(1));
  EXPECT_FALSE(test.Done(0.11));
  EXPECT_TRUE(test.Done(0.1));
  EXPECT_EQ(test.iterations(), 3);
  EXPECT_EQ(test.last(), 0.1);
  EXPECT_EQ(test.termination(), Termination::kConverged);
}

TEST(StoppingTestTest, StopsAtMaxIterations) {
  StoppingTest test({0.1, 3});
  EXPECT_FALSE(test.Done(1));
  EXPECT_FALSE(test.Done(1));
  EXPECT_TRUE(test.Done(1));
  EXPECT_EQ(test.termination(), Termination::kMaxIterations);
}

TEST(StoppingTestTest, NotANumberIsNotConvergence) {
  for (double bad : {std::nan(""), static_cast<double>(INFINITY)}) {
    StoppingTest test({0.1, 100});
    EXPECT_TRUE(test.Done(bad));
    EXPECT_EQ(test.termination(), Termination::kNonFinite);
  }
}

TEST(StoppingTestTest, AFloorNearRoundingIsStagnation) {
  StoppingRule rule{1e-9, 100000};
  rule.epsilon = 1e-7;
  StoppingTest test(rule);
  int steps = 0;
  while (!test.Done(3e-7 + 1e-8 * (steps % 3))) ++steps;
  EXPECT_LT(steps, 40);
  EXPECT_EQ(test.termination(), Termination::kStagnated);
}

TEST(StoppingTestTest, CountsAllIterationsBetweenTwoLooks) {
  StoppingTest test({0.1, 100});
  EXPECT_FALSE(test.Done(1, 3));
  EXPECT_TRUE(test.Done(0.05, 2));
  EXPECT_EQ(test.iterations(), 5);
}

TEST(StoppingTestTest, APauseFarAboveRoundingIsNot) {
  StoppingRule rule{1e-9, 500};
  rule.epsilon = 1e-7;
  StoppingTest test(rule);
  while (!test.Done(0.5)) {
  }
  EXPECT_EQ(test.iterations(), 500);
  EXPECT_EQ(test.termination(), Termination::kMaxIterations);
}

}  // namespace
}  // namespace mondeq
