#include "mondeq/splitting/stopping.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "gtest/gtest.h"

namespace mondeq {
namespace {

const std::vector<double> kNoBias(3, 0.0);

TEST(RelativeChangeTest, OneNormOverTheBatchOrThatOfASample) {
  const SquareSums change = {{9, 0, 16}}, size = {{900, 100, 400}};
  EXPECT_NEAR(RelativeChange(change, size, kNoBias), std::sqrt(25.0 / 1400), 1e-8);
  EXPECT_NEAR(RelativeChange(change, size, 2, 0), 0.2, 1e-7);
  EXPECT_NEAR(RelativeChange(change, size, 0, 0), 0.1, 1e-7);
  EXPECT_EQ(RelativeChange({{0, 0}}, {{0, 0}}, kNoBias), 0);
  EXPECT_TRUE(std::isnan(RelativeChange({{1, std::nan(""), 1}}, {{1, 1, 1}}, kNoBias)));
  EXPECT_TRUE(std::isnan(RelativeChange({{std::nan("")}}, {{1}}, 0, 0)));
  EXPECT_FALSE(std::isfinite(RelativeChange({{1, INFINITY}}, {{1, 1}}, kNoBias)));
}

TEST(RelativeChangeTest, TiersAreAddedUp) {
  const SquareSums change = {{9, 0}, {16, 1}}, size = {{900, 100}, {300, 100}};
  EXPECT_NEAR(RelativeChange(change, size, kNoBias), std::sqrt(9.0 / 1000) + std::sqrt(17.0 / 400),
              1e-7);
  EXPECT_NEAR(RelativeChange(change, size, 0, 0), 0.1 + std::sqrt(16.0 / 300), 1e-6);
}

TEST(RelativeChangeTest, SmallProblemsAreNotSmallChanges) {
  // The same iteration at a scale of 1e-8 must not look converged.
  EXPECT_NEAR(RelativeChange({{0.25e-16}}, {{1e-16}}, {1e-16}), 0.5, 1e-4);
  EXPECT_EQ(RelativeChange({{0}}, {{0}}, {0}), 0);
  // What is left where a tier cancels to zero is no change.
  EXPECT_LE(RelativeChange({{1}, {1e-13}}, {{1e6}, {1e-13}}, {1}), 5e-3);
}

TEST(RelativeChangeTest, SamplesAreMeasuredAgainstTheirOwnBias) {
  // The second sample is a million times smaller than its batch mate, and has not converged.
  EXPECT_NEAR(RelativeChange({{0, 0.25e-12}}, {{1, 1e-12}}, 1, 1e-12), 0.5, 1e-4);
  EXPECT_LE(RelativeChange({{0, 0.25e-12}}, {{1, 1e-12}}, {1, 1e-12}), 1e-6);
}

const ErrorScale kUnit{1, 1, 0};

std::vector<Observation> Seen(const SquareSums& residual, const SquareSums& size,
                              const std::vector<double>& bias, const std::vector<bool>& zero,
                              const ErrorScale& scale) {
  std::vector<Observation> seen;
  RelativeErrors(residual, size, bias, zero, scale, &seen);
  EXPECT_EQ(seen.size(), size.front().size());
  return seen;
}

TEST(RelativeErrorsTest, SamplesAreNotMeasuredByTheirMates) {
  const auto seen = Seen({{9, 0, 16}}, {{900, 100, 400}}, kNoBias, {}, kUnit);
  EXPECT_DOUBLE_EQ(seen[0].quantity, 0.1);
  EXPECT_DOUBLE_EQ(seen[1].quantity, 0);
  EXPECT_DOUBLE_EQ(seen[2].quantity, 0.2);
  EXPECT_DOUBLE_EQ(Seen({{1e-6, 0}}, {{4e-6, 1e14}}, {0, 0}, {}, kUnit)[0].quantity, 0.5);
}

TEST(RelativeErrorsTest, TiersAreAddedUpAndNegligibleOnesMeasuredByTheWhole) {
  EXPECT_DOUBLE_EQ(Seen({{9}, {16}}, {{900}, {400}}, {0}, {}, kUnit)[0].quantity, 0.3);
  EXPECT_NEAR(Seen({{0}, {1e-8}}, {{1}, {1e-12}}, {0}, {}, kUnit)[0].quantity, 1e-2, 1e-12);
}

// Small steps and weak monotonicity multiply what is left to go.
TEST(RelativeErrorsTest, GrowsAsTheStepAndTheMonotonicityShrink) {
  const auto with = [](double alpha, double m) {
    return Seen({{1}}, {{100}}, {0}, {}, {alpha, m, 0})[0].quantity;
  };
  EXPECT_DOUBLE_EQ(with(1, 1), 0.1);
  EXPECT_DOUBLE_EQ(with(10, 10), 0.1);
  // Only the product counts: the problem of F / m and G / m is the same.
  EXPECT_DOUBLE_EQ(with(1e-3, 1e3), 0.1);
  EXPECT_DOUBLE_EQ(with(1e-3, 1), 100);
  EXPECT_DOUBLE_EQ(with(1, 1e-6), 1e5);
}

TEST(RelativeErrorsTest, CountsWhatRoundingHides) {
  const Observation still = Seen({{0}}, {{1}}, {1e7}, {}, {1e-2, 1, 1e-7})[0];
  EXPECT_NEAR(still.quantity, 4e-7 * (1 + 1e5) / 1e-2, 1e-6);
  EXPECT_EQ(still.rounding, still.quantity);
}

TEST(RelativeErrorsTest, AZeroIsRightOnlyWhereTheEquilibriumIsZero) {
  EXPECT_EQ(Seen({{0, 0}}, {{0, 1}}, {1, 1}, {true, false}, kUnit)[0].quantity, 0);
  const auto wrong = Seen({{0, 0}}, {{0, 1}}, {1, 1}, {false, false}, kUnit);
  EXPECT_EQ(wrong[0].quantity, INFINITY);
  EXPECT_TRUE(wrong[0].finite);
  EXPECT_EQ(wrong[1].quantity, 0);
}

TEST(RelativeErrorsTest, SmallSamplesCountAsAShareOfTheLargest) {
  const ErrorScale scale{1, 1, 0, 1e-2};
  // Norms of 10, 1 and 1e-5, and residuals of 0.1, 0.1 and 1e-3.
  const auto seen = Seen({{1e-2, 1e-2, 1e-6}}, {{1e2, 1, 1e-10}}, {0, 0, 0}, {}, scale);
  EXPECT_DOUBLE_EQ(seen[0].quantity, 0.01);
  EXPECT_DOUBLE_EQ(seen[1].quantity, 0.1);
  EXPECT_DOUBLE_EQ(seen[2].quantity, 0.01);
  EXPECT_DOUBLE_EQ(Seen({{1e-6, 1e-6}}, {{1e2, 0}}, {0, 0}, {}, scale)[1].quantity, 1e-2);
  EXPECT_TRUE(std::isinf(Seen({{0, 0}}, {{0, 0}}, {0, 0}, {}, scale)[0].quantity));
}

TEST(RelativeErrorsTest, NotANumberIsNotFinite) {
  const double nan = std::nan("");
  const auto seen = Seen({{1, nan}}, {{1, 1}}, {1, 1}, {}, kUnit);
  EXPECT_TRUE(seen[0].finite);
  EXPECT_FALSE(seen[1].finite);
  EXPECT_FALSE(Seen({{nan}}, {{0}}, {1}, {true}, kUnit)[0].finite);
  EXPECT_FALSE(Seen({{1, 1}}, {{1, nan}}, {1, 1}, {}, kUnit)[1].finite);
  // The squares of finite numbers may overflow. They are not close for that.
  for (const SquareSums& size : {SquareSums{{1}}, SquareSums{{INFINITY}}}) {
    for (const SquareSums& residual : {SquareSums{{1}}, SquareSums{{INFINITY}}}) {
      if (residual[0][0] == 1 && size[0][0] == 1) continue;
      const Observation one = Seen(residual, size, {1}, {}, kUnit)[0];
      EXPECT_TRUE(one.finite);
      EXPECT_EQ(one.quantity, INFINITY);
    }
  }
}

std::vector<Observation> Seen(std::initializer_list<double> quantities) {
  std::vector<Observation> seen;
  for (double quantity : quantities) seen.push_back({quantity, 1e-7, true});
  return seen;
}

StoppingTest Begun(const StoppingRule& rule, std::size_t count = 1) {
  StoppingTest test;
  test.Begin(rule, count);
  return test;
}

TEST(StoppingTestTest, StopsAtTheToleranceAndCountsTheLastStep) {
  StoppingTest test = Begun({0.1, 10});
  EXPECT_FALSE(test.Done(Seen({1})));
  EXPECT_FALSE(test.Done(Seen({0.11})));
  EXPECT_TRUE(test.Done(Seen({0.1})));
  EXPECT_EQ(test.iterations(), 3);
  EXPECT_EQ(test.samples()[0].iterations, 3);
  EXPECT_EQ(test.samples()[0].quantity, 0.1);
  EXPECT_EQ(test.samples()[0].termination, Termination::kConverged);
}

TEST(StoppingTestTest, StopsAtMaxIterations) {
  StoppingTest test = Begun({0.1, 3}, 2);
  EXPECT_FALSE(test.Done(Seen({1, 1})));
  EXPECT_FALSE(test.Done(Seen({1, 0.05})));
  EXPECT_TRUE(test.Done(Seen({1, 1})));
  EXPECT_EQ(test.samples()[0].termination, Termination::kMaxIterations);
  EXPECT_EQ(test.samples()[1].termination, Termination::kConverged);
}

TEST(StoppingTestTest, SamplesMayHaveLimitsOfTheirOwn) {
  const double infinity = INFINITY;
  StoppingRule rule{0.1, 9};
  rule.limits = {{0.1, 9}, {0.5, 9}, {infinity, 9}, {0.1, 5}};
  StoppingTest test = Begun(rule, 4);
  EXPECT_FALSE(test.Done({{1, 0, true}, {1, 0, true}, {infinity, 0, true}, {1, 0, true}}, 2));
  EXPECT_FALSE(test.Done(Seen({0.4, 0.4, 0, 0.4}), 2));
  EXPECT_FALSE(test.Done(Seen({0.3, 0, 0, 0}), 2));
  EXPECT_TRUE(test.Done(Seen({0.1, 0, 0, 0}), 2));
  const int iterations[] = {8, 4, 2, 4};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(test.samples()[i].iterations, iterations[i]) << i;
    EXPECT_EQ(test.samples()[i].termination,
              i == 3 ? Termination::kMaxIterations : Termination::kConverged);
  }
}

TEST(StoppingTestTest, NotANumberIsNotConvergence) {
  for (double bad : {std::nan(""), static_cast<double>(INFINITY)}) {
    StoppingTest test = Begun({0.1, 100}, 2);
    EXPECT_TRUE(test.Done({{bad, 0, false}, {1, 0, true}}));
    EXPECT_EQ(test.samples()[0].termination, Termination::kNonFinite);
    EXPECT_EQ(test.samples()[1].termination, Termination::kMaxIterations);
  }
}

TEST(StoppingTestTest, ASampleKeepsWhatItHadWhenItEnded) {
  StoppingTest test = Begun({0.1, 100}, 3);
  EXPECT_FALSE(test.Done(Seen({0.5, 0.09, 1})));
  EXPECT_EQ(test.ended(), 1);
  EXPECT_TRUE(test.has_ended(1));
  // What is seen of it later means nothing.
  EXPECT_FALSE(test.Done({{0.1, 0, true}, {std::nan(""), 0, false}, {1, 0, true}}, 2));
  EXPECT_FALSE(test.has_ended(2));
  EXPECT_TRUE(test.Done(Seen({7, 7, 0.01})));
  EXPECT_EQ(test.iterations(), 4);
  const int iterations[] = {3, 1, 4};
  const double quantities[] = {0.1, 0.09, 0.01};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(test.samples()[i].iterations, iterations[i]);
    EXPECT_EQ(test.samples()[i].quantity, quantities[i]);
    EXPECT_EQ(test.samples()[i].termination, Termination::kConverged);
  }
}

TEST(StoppingTestTest, TheWorstEndIsThatOfAll) {
  const Termination ends[] = {Termination::kConverged, Termination::kStagnated,
                              Termination::kMaxIterations, Termination::kNonFinite};
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) EXPECT_EQ(Worse(ends[i], ends[j]), ends[std::max(i, j)]);
  }
}

TEST(StoppingTestTest, AFloorNearRoundingIsStagnation) {
  StoppingTest test = Begun({1e-9, 100000}, 2);
  int steps = 0;
  while (!test.has_ended(0) && !test.Done(Seen({3e-7 + 1e-8 * (steps % 3), 1}))) ++steps;
  EXPECT_LT(steps, 40);
  EXPECT_EQ(test.samples()[0].termination, Termination::kStagnated);
  EXPECT_FALSE(test.has_ended(1));
}

TEST(StoppingTestTest, CountsAllIterationsBetweenTwoLooks) {
  StoppingTest test = Begun({0.1, 100});
  EXPECT_FALSE(test.Done(Seen({1}), 3));
  EXPECT_TRUE(test.Done(Seen({0.05}), 2));
  EXPECT_EQ(test.iterations(), 5);
}

TEST(StoppingTestTest, APauseFarAboveRoundingIsNot) {
  StoppingTest test = Begun({1e-9, 500});
  while (!test.Done(Seen({0.5}))) {
  }
  EXPECT_EQ(test.iterations(), 500);
  EXPECT_EQ(test.samples()[0].termination, Termination::kMaxIterations);
}

}  // namespace
}  // namespace mondeq
