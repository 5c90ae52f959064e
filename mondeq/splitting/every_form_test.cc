// What a method may be made of: steps that change with the iteration, that use the iterate z, that
// alternate a step with a prox and one without. Methods of each kind, here for the test, reach the
// equilibrium that Peaceman-Rachford reaches.
#include <cmath>
#include <initializer_list>

#include "gtest/gtest.h"
#include "mondeq/splitting/problem_testing.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

// A step has two values of F, one of them remembered (Malitsky and Tam 2020). It converges for
// alpha < 1/(2L).
struct ForwardReflectedBackward final : SplittingMethod {
  ForwardReflectedBackward() : SplittingMethod(AlphaConfig()) {}

  Multiplier multiplier(double alpha) const override { return alpha * (W - I); }
  PointwiseStep At(int k, double) const override {
    return {k == 0 ? z + v : z + 2 * v - q, v, z_next};
  }
  double AutomaticAlpha(double, double l) const override { return 0.4 / l; }
};

// Every second step has no prox (Tseng 2000). It converges for alpha < 1/L.
struct ForwardBackwardForward final : SplittingMethod {
  ForwardBackwardForward() : SplittingMethod(AlphaConfig()) {}

  Multiplier multiplier(double alpha) const override { return (1 - alpha) * I + alpha * W; }
  PointwiseStep At(int k, double) const override {
    if (k % 2 == 0) return {v, z - v, z_next};
    return {v + q, {}, z_next, PointwiseStep::kChange, /*prox=*/false};
  }
  double AutomaticAlpha(double, double l) const override { return 0.8 / l; }
};

// Douglas-Rachford that is drawn back to where it began, ever less (Halpern 1967). Its error falls
// as 1/k.
struct Halpern final : SplittingMethod {
  Halpern() : SplittingMethod(AlphaConfig()) {}

  Multiplier multiplier(double alpha) const override { return 2 * V(alpha) - I; }
  PointwiseStep At(int k, double) const override {
    const double anchor = 1.0 / (k + 2);
    return {(1 - anchor) * (0.5 * q + 0.5 * v), p, 2 * z_next - p, 0.5 * (v - q)};
  }
  double AutomaticAlpha(double m, double l) const override { return 1 / std::sqrt(m * l); }
  bool converges_sublinearly() const override { return true; }
};

class EveryFormTest : public testing::TestWithParam<const char*> {
 protected:
  SolveStats Solve(const SplittingMethod& method, const StoppingRule& rule, MatrixXd* z) {
    return problem_.SolveForward(method, b_, rule, z);
  }
  SolveStats Solve(const SplittingMethod& method, double tolerance, int max_iterations,
                   MatrixXd* z) {
    return Solve(method, Rule(DType::kFloat64, tolerance, max_iterations), z);
  }
  MatrixXd Equilibrium() {
    MatrixXd z;
    Solve(*Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {}), 1e-15, 10000, &z);
    return z;
  }

  Problem problem_{ParseSlot<OperatorConfig>(GetParam()),
                   ParseSlot<NonlinearityConfig>("[mondeq.tanh] {}"), DType::kFloat64};
  MatrixXd b_ = problem_.RandomState(5);
};

TEST_P(EveryFormTest, MethodsThatRememberAForwardStep) {
  MatrixXd z;
  EXPECT_TRUE(Solve(ForwardReflectedBackward(), 1e-13, 100000, &z).converged());
  EXPECT_LE(RelativeError(z, Equilibrium()), 1e-12);
}

TEST_P(EveryFormTest, MethodsThatAlternate) {
  MatrixXd z;
  const SolveStats stats = Solve(ForwardBackwardForward(), 1e-13, 100000, &z);
  EXPECT_TRUE(stats.converged());
  EXPECT_LE(RelativeError(z, Equilibrium()), 1e-12);
}

TEST_P(EveryFormTest, StepsWithoutAProxAreNeverTheLast) {
  for (int max_iterations : {1, 2, 3, 4, 5}) {
    MatrixXd z;
    const SolveStats stats = Solve(ForwardBackwardForward(), 1e-300, max_iterations, &z);
    EXPECT_EQ(stats.iterations, max_iterations / 2 * 2 + 1);
    EXPECT_EQ(stats.termination, Termination::kMaxIterations);
    // The solver returns what tanh gave.
    EXPECT_LT(z.cwiseAbs().maxCoeff(), 1);
  }
}

TEST_P(EveryFormTest, MethodsThatChangeWithTheIteration) {
  const MatrixXd equilibrium = Equilibrium();
  double last = 0;
  for (int iterations : {100, 200, 400, 800}) {
    MatrixXd z;
    Solve(Halpern(), 1e-300, iterations, &z);
    const double error = RelativeError(z, equilibrium);
    EXPECT_LE(error, 10.0 / iterations);
    // The error halves where the iterations double.
    if (last > 0) {
      EXPECT_NEAR(error / last, 0.5, 0.05);
    }
    last = error;
  }
}

// The conformance suite asks of a method what its rate can give.
TEST_P(EveryFormTest, TheRulesOfTheConformanceSuiteFitEveryRate) {
  const MatrixXd equilibrium = Equilibrium();
  const ForwardReflectedBackward reflected;
  const ForwardBackwardForward alternating;
  const Halpern anchored;
  for (const SplittingMethod* method :
       std::initializer_list<const SplittingMethod*>{&reflected, &alternating, &anchored}) {
    const Tight tight = TightRuleFor(*method, DType::kFloat64);
    MatrixXd z;
    EXPECT_NE(Solve(*method, tight.rule, &z).termination, Termination::kMaxIterations);
    EXPECT_LE(RelativeError(z, equilibrium), tight.tolerance);
  }
}

INSTANTIATE_TEST_SUITE_P(Operators, EveryFormTest,
                         testing::Values("[mondeq.dense] { units: 12 }",
                                         "[mondeq.conv] { channels: 2 }",
                                         "[mondeq.multi_tier_conv] { channels: [2, 3] }"));

}  // namespace
}  // namespace mondeq
