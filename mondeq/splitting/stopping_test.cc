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

const ErrorScale kUnit{1, 1, 0};

TEST(WorstRelativeErrorTest, IsThatOfTheWorstSample) {
  EXPECT_DOUBLE_EQ(WorstRelativeError({{9, 0, 16}}, {{900, 100, 400}}, kNoBias, {}, kUnit).quantity,
                   0.2);
  // A sample is not measured by its mates.
  EXPECT_DOUBLE_EQ(WorstRelativeError({{1e-6, 0}}, {{4e-6, 1e14}}, {0, 0}, {}, kUnit).quantity,
                   0.5);
}

TEST(WorstRelativeErrorTest, TiersAreAddedUpAndNegligibleOnesMeasuredByTheWhole) {
  EXPECT_DOUBLE_EQ(WorstRelativeError({{9}, {16}}, {{900}, {400}}, {0}, {}, kUnit).quantity, 0.3);
  EXPECT_NEAR(WorstRelativeError({{0}, {1e-8}}, {{1}, {1e-12}}, {0}, {}, kUnit).quantity, 1e-2,
              1e-12);
}

// Small steps and weak monotonicity multiply what is left to go.
TEST(WorstRelativeErrorTest, GrowsAsTheStepAndTheMonotonicityShrink) {
  const auto with = [](double alpha, double m) {
    return WorstRelativeError({{1}}, {{100}}, {0}, {}, {alpha, m, 0}).quantity;
  };
  EXPECT_DOUBLE_EQ(with(1, 1), 0.1);
  EXPECT_DOUBLE_EQ(with(10, 10), 0.1);
  // Only the product counts: the problem of F / m and G / m is the same.
  EXPECT_DOUBLE_EQ(with(1e-3, 1e3), 0.1);
  EXPECT_DOUBLE_EQ(with(1e-3, 1), 100);
  EXPECT_DOUBLE_EQ(with(1, 1e-6), 1e5);
}

TEST(WorstRelativeErrorTest, CountsWhatRoundingHides) {
  const Observation still = WorstRelativeError({{0}}, {{1}}, {1e7}, {}, {1e-2, 1, 1e-7});
  EXPECT_NEAR(still.quantity, 4e-7 * (1 + 1e5) / 1e-2, 1e-6);
  EXPECT_EQ(still.rounding, still.quantity);
}

TEST(WorstRelativeErrorTest, AZeroIsRightOnlyWhereTheEquilibriumIsZero) {
  EXPECT_EQ(WorstRelativeError({{0, 0}}, {{0, 1}}, {1, 1}, {true, false}, kUnit).quantity, 0);
  const Observation wrong = WorstRelativeError({{0, 0}}, {{0, 1}}, {1, 1}, {false, false}, kUnit);
  EXPECT_EQ(wrong.quantity, INFINITY);
  EXPECT_TRUE(wrong.finite);
}

TEST(WorstRelativeErrorTest, SmallSamplesCountAsAShareOfTheLargest) {
  const ErrorScale scale{1, 1, 0, 1e-2};
  // Norms of 10, 1 and 1e-5, and residuals of 0.1, 0.1 and 1e-3.
  EXPECT_DOUBLE_EQ(
      WorstRelativeError({{1e-2, 1e-2, 1e-6}}, {{1e2, 1, 1e-10}}, {0, 0, 0}, {}, scale).quantity,
      0.1);
  EXPECT_DOUBLE_EQ(WorstRelativeError({{1e-6, 1e-6}}, {{1e2, 0}}, {0, 0}, {}, scale).quantity,
                   1e-2);
  EXPECT_TRUE(std::isinf(WorstRelativeError({{0, 0}}, {{0, 0}}, {0, 0}, {}, scale).quantity));
}

TEST(WorstRelativeErrorTest, NotANumberIsNotFinite) {
  const double nan = std::nan("");
  EXPECT_FALSE(WorstRelativeError({{1, nan}}, {{1, 1}}, {1, 1}, {}, kUnit).finite);
  EXPECT_FALSE(WorstRelativeError({{nan}}, {{0}}, {1}, {true}, kUnit).finite);
  EXPECT_FALSE(WorstRelativeError({{1, 1}}, {{1, nan}}, {1, 1}, {}, kUnit).finite);
  // The squares of finite numbers may overflow. They are not close for that.
  for (const SquareSums& size : {SquareSums{{1}}, SquareSums{{INFINITY}}}) {
    for (const SquareSums& residual : {SquareSums{{1}}, SquareSums{{INFINITY}}}) {
      if (residual[0][0] == 1 && size[0][0] == 1) continue;
      const Observation seen = WorstRelativeError(residual, size, {1}, {}, kUnit);
      EXPECT_TRUE(seen.finite);
      EXPECT_EQ(seen.quantity, INFINITY);
    }
  }
}

Observation Seen(double quantity) { return {quantity, 1e-7, true}; }

TEST(StoppingTestTest, StopsAtTheToleranceAndCountsTheLastStep) {
  StoppingTest test({0.1, 10});
  EXPECT_FALSE(test.Done(Seen(1)));
  EXPECT_FALSE(test.Done(Seen(0.11)));
  EXPECT_TRUE(test.Done(Seen(0.1)));
  EXPECT_EQ(test.iterations(), 3);
  EXPECT_EQ(test.last(), 0.1);
  EXPECT_EQ(test.termination(), Termination::kConverged);
}

TEST(StoppingTestTest, StopsAtMaxIterations) {
  StoppingTest test({0.1, 3});
  EXPECT_FALSE(test.Done(Seen(1)));
  EXPECT_FALSE(test.Done(Seen(1)));
  EXPECT_TRUE(test.Done(Seen(1)));
  EXPECT_EQ(test.termination(), Termination::kMaxIterations);
}

TEST(StoppingTestTest, NotANumberIsNotConvergence) {
  for (double bad : {std::nan(""), static_cast<double>(INFINITY)}) {
    StoppingTest test({0.1, 100});
    EXPECT_TRUE(test.Done({bad, 0, false}));
    EXPECT_EQ(test.termination(), Termination::kNonFinite);
  }
}

TEST(StoppingTestTest, AFloorNearRoundingIsStagnation) {
  StoppingTest test({1e-9, 100000});
  int steps = 0;
  while (!test.Done(Seen(3e-7 + 1e-8 * (steps % 3)))) ++steps;
  EXPECT_LT(steps, 40);
  EXPECT_EQ(test.termination(), Termination::kStagnated);
}

TEST(StoppingTestTest, CountsAllIterationsBetweenTwoLooks) {
  StoppingTest test({0.1, 100});
  EXPECT_FALSE(test.Done(Seen(1), 3));
  EXPECT_TRUE(test.Done(Seen(0.05), 2));
  EXPECT_EQ(test.iterations(), 5);
}

TEST(StoppingTestTest, APauseFarAboveRoundingIsNot) {
  StoppingTest test({1e-9, 500});
  while (!test.Done(Seen(0.5))) {
  }
  EXPECT_EQ(test.iterations(), 500);
  EXPECT_EQ(test.termination(), Termination::kMaxIterations);
}

}  // namespace
}  // namespace mondeq
