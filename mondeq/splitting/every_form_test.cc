// What the loop promises to methods whose steps change with the iteration, use the iterate z, or
// alternate a step with a prox and one without.
#include "gtest/gtest.h"
#include "mondeq/splitting/problem_testing.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

class EveryFormTest : public testing::TestWithParam<const char*> {
 protected:
  SolveStats Solve(const char* method, double tolerance, int max_iterations, MatrixXd* z) {
    return problem_.SolveForward(*Create<SplittingMethod>(method, {}), b_,
                                 Rule(DType::kFloat64, tolerance, max_iterations), z);
  }
  MatrixXd Equilibrium() {
    MatrixXd z;
    Solve("[mondeq.peaceman_rachford] {}", 1e-15, 10000, &z);
    return z;
  }

  Problem problem_{ParseSlot<OperatorConfig>(GetParam()),
                   ParseSlot<NonlinearityConfig>("[mondeq.tanh] {}"), DType::kFloat64};
  MatrixXd b_ = problem_.RandomState(5);
};

TEST_P(EveryFormTest, StepsWithoutAProxAreNeverTheLast) {
  for (int max_iterations : {1, 2, 3, 4, 5}) {
    MatrixXd z;
    const SolveStats stats =
        Solve("[mondeq.forward_backward_forward] {}", 1e-300, max_iterations, &z);
    EXPECT_EQ(stats.iterations, (max_iterations + 1) / 2 * 2 - 1);
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
    Solve("[mondeq.halpern] { relaxation: 0.5 }", 1e-300, iterations, &z);
    const double error = RelativeError(z, equilibrium);
    EXPECT_LE(error, 10.0 / iterations);
    // The error halves where the iterations double.
    if (last > 0) {
      EXPECT_NEAR(error / last, 0.5, 0.05);
    }
    last = error;
  }
}

INSTANTIATE_TEST_SUITE_P(Operators, EveryFormTest,
                         testing::Values("[mondeq.dense] { units: 12 }",
                                         "[mondeq.conv] { channels: 2 }",
                                         "[mondeq.multi_tier_conv] { channels: [2, 3] }"));

}  // namespace
}  // namespace mondeq
