// How solves go on until they are certified, and how they end where they cannot be.
#include "mondeq/splitting/certified_solver.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "mondeq/splitting/certified_testing.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

class CertifiedSolverTest : public testing::Test {
 protected:
  struct FirstRound {
    SolveStats stats;
    Certificate certificate;
    MatrixXd z;
  };
  // One solve by kRelativeError and its certificate.
  static FirstRound Once(Certified* certified, const SplittingMethod& method, double alpha,
                         const MatrixXd& b, StoppingRule rule) {
    rule.criterion = Criterion::kRelativeError;
    Problem& problem = certified->problem;
    const Tensor bias = FromMatrix(*problem.device_, problem.dtype_, b),
                 z = problem.device_->Allocate(problem.dtype_, bias.shape()),
                 p = problem.device_->Allocate(problem.dtype_, bias.shape());
    const ProxMap prox(problem.sigma_.get());
    FirstRound first;
    first.stats = problem.solver_.Solve(*problem.op_, Direction::kForward, prox, method, alpha,
                                        bias, rule, z, p);
    first.certificate = certified->certifier.Certify(
        {*problem.op_, prox, bias, {}, alpha, rule.epsilon / 2}, rule.tolerance, p, z);
    first.z = ToMatrix(*problem.device_, z);
    return first;
  }

  std::unique_ptr<SplittingMethod> method_ =
      Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
};

// What one solve and its certificate give is the first round, and what that certifies stays so.
TEST_F(CertifiedSolverTest, GoesOnWhereItMust) {
  for (const char* op :
       {"[mondeq.dense] { units: 10 m: 0.1 }", "[mondeq.conv] { channels: 2 m: 0.3 }"}) {
    Certified certified(op, "[mondeq.relu] {}", DType::kFloat64);
    Problem& problem = certified.problem;
    const MatrixXd b = problem.RandomState(64);
    // With it the first round certifies some samples and not others.
    const double alpha = 1 / std::sqrt(problem.op_->m() * problem.op_->Lipschitz());
    const StoppingRule rule = certified.Rule(1e-2, 300);
    const FirstRound once = Once(&certified, *method_, alpha, b, rule);
    const SolveStats& stats = certified.Solve(*method_, alpha, b, rule);
    EXPECT_TRUE(stats.converged());
    int went_on = 0;
    for (std::size_t l = 0; l < 64; ++l) {
      const auto column = static_cast<Index>(l);
      EXPECT_LE(stats.samples[l].quantity, rule.tolerance);
      if (once.certificate.relative_error[l] <= rule.tolerance) {
        EXPECT_EQ(stats.samples[l].iterations, once.stats.samples[l].iterations);
        EXPECT_EQ(certified.z.col(column), once.z.col(column));
      } else {
        ++went_on;
        EXPECT_GT(stats.samples[l].iterations, once.stats.samples[l].iterations);
        EXPECT_LT(stats.samples[l].iterations, 3 * once.stats.samples[l].iterations);
      }
    }
    EXPECT_GT(went_on, 0) << op;
    EXPECT_LT(went_on, 64) << op;
  }
}

// Further rounds never leave a sample worse than the first.
TEST_F(CertifiedSolverTest, TheBestThatWasSeenIsTheAnswer) {
  for (const char* text : {"[mondeq.peaceman_rachford] { alpha { value: 20 } }",
                           "[mondeq.halpern] {}", "[mondeq.picard] {}"}) {
    const auto method = Create<SplittingMethod>(text, {});
    Certified certified("[mondeq.dense] { units: 10 m: 0.1 }", "[mondeq.tanh] {}", DType::kFloat32);
    const MatrixXd b = certified.problem.RandomState(20);
    const double alpha = certified.problem.Alpha(*method);
    for (double tolerance : {0.5, 1e-2, 1e-9}) {
      const StoppingRule rule = certified.Rule(tolerance, 200);
      const Certificate first = Once(&certified, *method, alpha, b, rule).certificate;
      const SolveStats& stats = certified.Solve(*method, alpha, b, rule);
      for (std::size_t l = 0; l < stats.samples.size(); ++l)
        EXPECT_LE(stats.samples[l].quantity, first.relative_error[l]) << text;
    }
  }
}

TEST_F(CertifiedSolverTest, ASampleDoesNotDependOnItsMates) {
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
    Certified certified("[mondeq.dense] { units: 10 m: 0.1 }", "[mondeq.relu] {}", dtype);
    const double alpha = certified.problem.Alpha(*method_);
    MatrixXd b = certified.problem.RandomState(16);
    for (double tolerance : {1e-2, 1e-5}) {
      const StoppingRule rule = certified.Rule(tolerance, 60);
      const SolveStats& stats = certified.Solve(*method_, alpha, b, rule);
      const MatrixXd together = certified.z;
      const std::vector<SampleStats> samples = stats.samples;
      for (Index l : {0, 5, 15}) {
        MatrixXd others = certified.problem.RandomState(16) * 1e3;
        others.rightCols(8).setZero();
        others.col(l) = b.col(l);
        const SampleStats own =
            certified.Solve(*method_, alpha, others, rule).samples[static_cast<std::size_t>(l)];
        EXPECT_EQ(certified.z.col(l), together.col(l));
        const SampleStats& before = samples[static_cast<std::size_t>(l)];
        EXPECT_EQ(own.iterations, before.iterations);
        EXPECT_EQ(own.termination, before.termination);
        EXPECT_EQ(own.quantity, before.quantity);
      }
    }
  }
}

// Where W is a convolution, whose transforms round samples together. The reference is of float64,
// beside which the rounding that a bound in float32 has is large.
TEST_F(CertifiedSolverTest, ImagesAreWithinTheToleranceToo) {
  for (const char* op : {"[mondeq.conv] { channels: 2 m: 0.3 }",
                         "[mondeq.multi_tier_conv] { channels: [2, 3] m: 0.3 }"}) {
    for (const char* sigma : {"[mondeq.relu] {}", "[mondeq.tanh] {}"}) {
      Certified certified(op, sigma, DType::kFloat32), exact(op, sigma, DType::kFloat64);
      Problem& problem = certified.problem;
      Assign(*exact.problem.device_, ToMatrix(*problem.device_, problem.store_.values()),
             exact.problem.store_.values());
      exact.problem.op_->ParametersChanged();
      const MatrixXd b = problem.RandomState(48);
      MatrixXd expected;
      exact.problem.SolveForward(*method_, b, mondeq::Rule(DType::kFloat64, 1e-13, 10000),
                                 &expected);
      for (double tolerance : {0.1, 1e-2, 1e-3, 3e-4, 1e-4, 1e-5}) {
        const SolveStats& stats =
            certified.Solve(*method_, problem.Alpha(*method_), b, certified.Rule(tolerance, 1000));
        EXPECT_TRUE(stats.converged() || tolerance < 1e-2) << tolerance;
        for (std::size_t l = 0; l < 48; ++l) {
          const auto column = static_cast<Index>(l);
          const double error = (certified.z - expected).col(column).norm();
          EXPECT_LE(error, certified.solver.certificate().error_bound[l]);
          if (stats.samples[l].termination != Termination::kConverged) continue;
          EXPECT_LE(error, tolerance * certified.z.col(column).norm());
        }
      }
    }
  }
}

TEST_F(CertifiedSolverTest, SamplesMayEndTogether) {
  Certified certified("[mondeq.dense] { units: 10 m: 0.1 }", "[mondeq.relu] {}", DType::kFloat64);
  StoppingRule rule = certified.Rule(1e-3, 500);
  rule.per_sample = false;
  const SolveStats& stats = certified.Solve(*method_, certified.problem.Alpha(*method_),
                                            certified.problem.RandomState(20), rule);
  EXPECT_TRUE(stats.converged());
  for (const SampleStats& sample : stats.samples) {
    EXPECT_EQ(sample.iterations, stats.iterations);
    EXPECT_LE(sample.quantity, 1e-3);
  }
}

TEST_F(CertifiedSolverTest, ASampleThatIsNotFiniteEndsItsBatch) {
  Certified certified("[mondeq.dense] { units: 10 }", "[mondeq.relu] {}", DType::kFloat32);
  MatrixXd b = certified.problem.RandomState(3);
  b(0, 1) = std::nan("");
  const SolveStats& stats = certified.Solve(*method_, 1, b, certified.Rule(1e-3, 500));
  EXPECT_EQ(stats.termination, Termination::kNonFinite);
  EXPECT_EQ(stats.samples[1].termination, Termination::kNonFinite);
  EXPECT_EQ(stats.samples[1].quantity, std::numeric_limits<double>::infinity());
}

// A tolerance that rounding does not allow is not met, and the iteration does not go on for ever.
TEST_F(CertifiedSolverTest, BelowRoundingNothingConverges) {
  for (const char* op : {"[mondeq.dense] { units: 10 }", "[mondeq.conv] { channels: 2 }"}) {
    Certified certified(op, "[mondeq.relu] {}", DType::kFloat32);
    const SolveStats& stats =
        certified.Solve(*method_, certified.problem.Alpha(*method_),
                        certified.problem.RandomState(20), certified.Rule(1e-8, 100000));
    for (const SampleStats& sample : stats.samples) {
      EXPECT_EQ(sample.termination, Termination::kStagnated);
      EXPECT_GT(sample.quantity, 1e-8);
      EXPECT_LT(sample.quantity, 1e-3);
      EXPECT_LT(sample.iterations, 1000);
    }
  }
}

}  // namespace
}  // namespace mondeq
