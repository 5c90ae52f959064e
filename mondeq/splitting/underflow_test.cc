// Solves of samples that are about as small as the least normal number, which keep few digits.
#include <algorithm>
#include <cmath>

#include "gtest/gtest.h"
#include "mondeq/splitting/problem_testing.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

class UnderflowTest : public testing::TestWithParam<const char*> {};

// They end soon, and what is said of them is so.
TEST_P(UnderflowTest, SmallSamplesEnd) {
  const auto relu = ParseSlot<NonlinearityConfig>("[mondeq.relu] {}");
  const auto method = Create<SplittingMethod>(GetParam(), {});
  for (const DType dtype : {DType::kFloat32, DType::kFloat64}) {
    Problem problem(ParseSlot<OperatorConfig>("[mondeq.dense] { units: 40 }"), relu, dtype);
    const double least = LimitsOf(dtype).least, l = problem.op_->Lipschitz();
    // A step with which samples of 1e6 times the least number are rounded still.
    const double alpha = std::min(problem.Alpha(*method), 1 / std::sqrt(problem.op_->m() * l));
    const MatrixXd b = problem.RandomState(3);
    const StoppingRule rule = Rule(dtype, 1e-5, 20000);
    MatrixXd z, u, expected;
    problem.SolveForward(*method, problem.RandomState(3), rule, &z);
    const ProxMap prox(problem.sigma_.get(), FromMatrix(*problem.device_, dtype, z));
    problem.Solve(Direction::kAdjoint, prox, *method, alpha, b, rule, &expected);
    for (const double small : {0.0, 0.3, 1.0, 3.0, 10.0, 100.0, 1e4, 1e6, 1e8, 1e10}) {
      MatrixXd part = b;
      part.col(1) *= small * least;
      const SolveStats stats =
          problem.Solve(Direction::kAdjoint, prox, *method, alpha, part, rule, &u);
      EXPECT_LE(stats.iterations, 1000);
      const SampleStats& sample = stats.samples[1];
      // What is denormal may count as zero.
      if (small < 1) {
        EXPECT_LE(u.col(1).norm(), small * least * expected.norm());
        continue;
      }
      EXPECT_EQ(sample.termination, small < 1e7 ? Termination::kStagnated : Termination::kConverged)
          << small;
      EXPECT_LE((u.col(1) / (small * least) - expected.col(1)).norm(),
                (sample.quantity + 1e-4) * expected.col(1).norm())
          << small;
    }
  }
}

// Where sigma(b) = 0, and so z* = 0, an iterate whose squares underflow need not be there yet.
TEST_P(UnderflowTest, SmallIteratesAreNotZero) {
  const auto relu = ParseSlot<NonlinearityConfig>("[mondeq.relu] {}");
  const auto method = Create<SplittingMethod>(GetParam(), {});
  const DType dtype = DType::kFloat32;
  Problem problem(ParseSlot<OperatorConfig>("[mondeq.dense] { units: 2 m: 0.1 }"), relu, dtype);
  MatrixXd b = -1e-20 * problem.RandomState(40).cwiseAbs(), z;
  for (Index i = 0; i < b.cols(); ++i) b(i % 2, i) *= 1e-8;
  const ProxMap prox(problem.sigma_.get());
  for (const int every : {1, 2, 3, 4}) {
    StoppingRule rule = Rule(dtype, 1e-4, 300);
    rule.check_every = every;
    const SolveStats stats = problem.Solve(Direction::kForward, prox, *method, 1e-3, b, rule, &z);
    for (Index i = 0; i < b.cols(); ++i) {
      if (stats.samples[i].termination == Termination::kConverged) {
        EXPECT_LE(z.col(i).norm(), 1e-18 * b.col(i).norm()) << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, UnderflowTest,
                         testing::Values("[mondeq.peaceman_rachford] {}",
                                         "[mondeq.forward_backward] {}",
                                         "[mondeq.forward_backward_forward] {}",
                                         "[mondeq.douglas_rachford] {}"));

}  // namespace
}  // namespace mondeq
