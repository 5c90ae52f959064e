// What the one iteration loop promises whatever it solves; what holds for every splitting method is
// in conformance.cc.
#include "mondeq/splitting/solver.h"

#include <cmath>

#include "gtest/gtest.h"
#include "mondeq/splitting/problem_testing.h"
#include "mondeq/testing/examples.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

class SolverTest : public testing::Test {
 protected:
  OperatorConfig op_ = Operators().back();
  NonlinearityConfig relu_ = LoadExamples<NonlinearityExamples>().front();
};

// Iterations that no one looks at are no different.
TEST_F(SolverTest, RarerChecksAddFewerIterationsThanLieBetweenThem) {
  Problem problem(op_, relu_, DType::kFloat64);
  const auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
  const MatrixXd b = problem.RandomState(5);
  StoppingRule rule = Rule(DType::kFloat64, 1e-6, 1000);
  rule.check_every = 1;
  MatrixXd z, later, same;
  const int iterations = problem.SolveForward(*method, b, rule, &z).iterations;
  ASSERT_GT(iterations, 5);
  for (int every : {2, 3, 7, 50}) {
    rule.check_every = every;
    const SolveStats stats = problem.SolveForward(*method, b, rule, &later);
    EXPECT_TRUE(stats.converged());
    EXPECT_EQ(stats.iterations, (iterations + every - 1) / every * every);
    // The result is that of as many single steps, and max_iterations is kept.
    StoppingRule exact = Rule(DType::kFloat64, 1e-300, stats.iterations);
    exact.check_every = 1;
    problem.SolveForward(*method, b, exact, &same);
    EXPECT_EQ(later, same);
    rule.max_iterations = 4;
    EXPECT_EQ(problem.SolveForward(*method, b, rule, &later).iterations, 4);
    rule.max_iterations = 1000;
  }
}

// In float32 the relative change cannot fall below about 1e-7: a solve with a tolerance under that
// must end, and say why.
TEST_F(SolverTest, StagnationIsReported) {
  Problem problem(op_, relu_, DType::kFloat32);
  auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] { alpha { value: 0.5 } }", {});
  MatrixXd z;
  const SolveStats stats = problem.SolveForward(*method, problem.RandomState(8),
                                                Rule(DType::kFloat32, 1e-30, 100000), &z);
  // Rounding may also reach a fixed point, where the change is exactly zero.
  EXPECT_EQ(stats.termination, Termination::kStagnated);
  EXPECT_LT(stats.iterations, 1000);
}

// A diverging iteration must not look converged.
TEST_F(SolverTest, DivergenceIsReported) {
  Problem problem(op_, relu_, DType::kFloat32);
  auto method = Create<SplittingMethod>("[mondeq.forward_backward] { alpha { value: 1000 } }", {});
  MatrixXd z;
  const SolveStats stats = problem.SolveForward(*method, problem.RandomState(8),
                                                Rule(DType::kFloat32, 1e-2, 100000), &z);
  EXPECT_EQ(stats.termination, Termination::kNonFinite);
}

// Where W = -0.5, b = 1 and sigma = tanh, z* = 0.6033. A solver that takes tanh for the prox at
// alpha = 0.5 misses it.
TEST_F(SolverTest, StepSizeDoesNotMoveTheEquilibrium) {
  const auto op = ParseSlot<OperatorConfig>("[mondeq.dense] { units: 1 m: 1.5 }");
  const auto tanh_config = ParseSlot<NonlinearityConfig>("[mondeq.tanh] {}");
  Problem problem(op, tanh_config, DType::kFloat64);
  problem.device_->Fill(0, problem.store_.values());
  problem.op_->ParametersChanged();
  for (const char* text : {"[mondeq.forward_backward] { alpha { value: 0.5 } }",
                           "[mondeq.peaceman_rachford] { alpha { value: 0.5 } }",
                           "[mondeq.peaceman_rachford] { alpha { value: 3 } }"}) {
    auto method = Create<SplittingMethod>(text, {});
    MatrixXd z;
    problem.SolveForward(*method, MatrixXd::Ones(1, 1), Rule(DType::kFloat64, 1e-14, 1000), &z);
    EXPECT_NEAR(z(0, 0), std::tanh(1 - 0.5 * z(0, 0)), 1e-13) << text;
    EXPECT_NEAR(z(0, 0), 0.6033, 1e-4) << text;
  }
}

// Nothing of an earlier solve, of another batch size, is left behind.
TEST_F(SolverTest, SameBitsEveryTime) {
  Problem problem(op_, relu_, DType::kFloat32);
  auto method = Create<SplittingMethod>("[mondeq.douglas_rachford] {}", {});
  const MatrixXd b = problem.RandomState(33);
  const StoppingRule tight = TightRuleFor(*method, DType::kFloat32).rule;
  MatrixXd first, second, other;
  problem.SolveForward(*method, b, tight, &first);
  problem.SolveForward(*method, problem.RandomState(50), tight, &other);
  problem.SolveForward(*method, b, tight, &second);
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace mondeq
