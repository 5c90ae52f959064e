// What the one iteration loop promises whatever it solves; what holds for every splitting method is
// in conformance.cc.
#include "mondeq/splitting/solver.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "mondeq/device/counting/counting_device.h"
#include "mondeq/splitting/certificate.h"
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
  // Samples that end between looks would be seen to end later.
  rule.per_sample = false;
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

// In float32 the relative error cannot fall below about 1e-6: a solve with a tolerance under that
// must end, and say why.
TEST_F(SolverTest, StagnationIsReported) {
  Problem problem(op_, relu_, DType::kFloat32);
  auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] { alpha { value: 0.5 } }", {});
  MatrixXd z;
  const SolveStats stats = problem.SolveForward(*method, problem.RandomState(8),
                                                Rule(DType::kFloat32, 1e-30, 100000), &z);
  EXPECT_EQ(stats.termination, Termination::kStagnated);
  EXPECT_LT(stats.iterations, 1000);
}

// While all of z lies on a flat part of sigma its argument moves on.
TEST_F(SolverTest, AStandingIterateIsNotTheEquilibrium) {
  Problem problem(ParseSlot<OperatorConfig>("[mondeq.dense] { units: 1 m: 10 }"),
                  ParseSlot<NonlinearityConfig>("[mondeq.soft_threshold] { lambda: 0.3 }"),
                  DType::kFloat64);
  problem.device_->Fill(0, problem.store_.values());
  problem.op_->ParametersChanged();
  MatrixXd z;
  // 10 z - 1.5 + 0.3 = 0
  for (const char* text : {"[mondeq.peaceman_rachford] { alpha { value: 1 } }",
                           "[mondeq.douglas_rachford] {}", "[mondeq.forward_backward] {}"}) {
    const auto method = Create<SplittingMethod>(text, {});
    const SolveStats stats = problem.SolveForward(*method, MatrixXd::Constant(1, 1, 1.5),
                                                  Rule(DType::kFloat64, 1e-12, 1000), &z);
    EXPECT_TRUE(stats.converged()) << text;
    EXPECT_NEAR(z(0, 0), 0.12, 1e-11) << text;
  }
}

// 1 - m is not told from 1 in float32, where m = 1e-6 has lost a twentieth.
TEST_F(SolverTest, ASmallMonotonicityIsNotLost) {
  Problem problem(ParseSlot<OperatorConfig>("[mondeq.dense] { units: 1 m: 1e-6 }"), relu_,
                  DType::kFloat32);
  problem.device_->Fill(0, problem.store_.values());
  problem.op_->ParametersChanged();
  MatrixXd z;
  const auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
  problem.SolveForward(*method, MatrixXd::Constant(1, 1, 0.7), Rule(DType::kFloat32, 1e-2, 1000),
                       &z);
  EXPECT_NEAR(z(0, 0), 700000, 7000);
}

// One sample of another magnitude does not end the solve of its mates, nor keep it from ending.
TEST_F(SolverTest, SamplesHaveScalesOfTheirOwn) {
  // A transform on a GPU takes two samples at once, and rounds the smaller one as the larger.
  Problem problem(ParseSlot<OperatorConfig>("[mondeq.dense] { units: 10 }"), relu_,
                  DType::kFloat32);
  const auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
  MatrixXd b = problem.RandomState(5), alone, together;
  const StoppingRule rule = Rule(DType::kFloat32, 1e-4, 1000);
  problem.SolveForward(*method, b, rule, &alone);
  const double scales[] = {1, 1e7, 1e-25, 1e25, 0};
  for (Index l = 0; l < 5; ++l) b.col(l) *= scales[l];
  EXPECT_TRUE(problem.SolveForward(*method, b, rule, &together).converged());
  for (Index l = 0; l < 5; ++l) {
    EXPECT_LE((together.col(l) - scales[l] * alone.col(l)).norm(),
              1e-3 * scales[l] * alone.col(l).norm())
        << l;
  }
}

// Where samples share a transform what a large one rounds in a small one is told.
TEST_F(SolverTest, SamplesThatRoundEachOtherAreToldOf) {
  const auto op = ParseSlot<OperatorConfig>("[mondeq.conv] { channels: 2 }");
  const auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
  Problem problem(op, relu_, DType::kFloat32), exact(op, relu_, DType::kFloat64);
  Assign(*exact.device_, ToMatrix(*problem.device_, problem.store_.values()),
         exact.store_.values());
  exact.op_->ParametersChanged();
  const ProxMap relu(problem.sigma_.get());
  MatrixXd b = problem.RandomState(64), expected;
  for (const double scale : {1e3, 1e7}) {
    b.rightCols(56) *= scale;
    const Tensor bias = FromMatrix(*problem.device_, DType::kFloat32, b),
                 z = problem.device_->Allocate(DType::kFloat32, bias.shape()),
                 p = problem.device_->Allocate(DType::kFloat32, bias.shape());
    exact.SolveForward(*method, ToMatrix(*problem.device_, bias),
                       Rule(DType::kFloat64, 1e-13, 1000), &expected);
    const double alpha = problem.Alpha(*method);
    const StoppingRule rule = Rule(DType::kFloat32, 1e-2, 300);
    const SolveStats stats = problem.solver_.Solve(*problem.op_, Direction::kForward, relu, *method,
                                                   alpha, bias, rule, z, p);
    EXPECT_EQ(stats.converged(), scale == 1e3);
    Certifier certifier(problem.device_.get(), DType::kFloat32);
    const Certificate certificate =
        certifier.Certify({*problem.op_, relu, bias, {}, alpha, rule.epsilon / 2}, 1e-2, p, z);
    const MatrixXd error = ToMatrix(*problem.device_, z) - expected;
    for (Index l = 0; l < 64; ++l) {
      EXPECT_LE(error.col(l).norm(), certificate.error_bound[static_cast<std::size_t>(l)]) << l;
    }
  }
}

// Where samples round each other the adjoints of those that are nearly certain are rounding. The
// others' are not, and their solve ends when it would end without them.
TEST_F(SolverTest, AdjointsOfNothingButRoundingDoNotKeepABatchFromEnding) {
  for (const char* op :
       {"[mondeq.conv] { channels: 3 }", "[mondeq.multi_tier_conv] { channels: 2 channels: 3 }"}) {
    Problem problem(ParseSlot<OperatorConfig>(op), relu_, DType::kFloat32);
    const auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
    const double alpha = problem.Alpha(*method);
    MatrixXd z, u, alike;
    const MatrixXd b = problem.RandomState(64);
    const StoppingRule rule = Rule(DType::kFloat32, 1e-2, 300);
    problem.SolveForward(*method, problem.RandomState(64), rule, &z);
    const ProxMap prox(problem.sigma_.get(), FromMatrix(*problem.device_, DType::kFloat32, z));
    const int iterations =
        problem.Solve(Direction::kAdjoint, prox, *method, alpha, b, rule, &alike).iterations;
    for (double small : {1e-4, 1e-7, 1e-9, 1e-12, 1e-19, 1e-30, 0.0}) {
      Eigen::VectorXd scale = Eigen::VectorXd::Constant(64, small);
      scale.head(8).setOnes();
      scale.tail(2).setConstant(1e-3);
      const SolveStats stats = problem.Solve(Direction::kAdjoint, prox, *method, alpha,
                                             b * scale.asDiagonal(), rule, &u);
      EXPECT_TRUE(stats.converged()) << op << " " << small << ": " << stats.termination;
      EXPECT_LE(stats.iterations, iterations + 3) << op << " " << small;
      for (Index l = 0; l < 64; ++l) {
        EXPECT_LE((u.col(l) - scale(l) * alike.col(l)).norm(),
                  2e-2 * scale(l) * alike.col(l).norm() + 2e-5 * alike.col(0).norm())
            << op << " " << small << " sample " << l;
      }
    }
  }
}

// What has converged is near, whatever alpha and m are, but for what the largest sample rounds.
TEST_F(SolverTest, SmallAdjointsThatHaveConvergedAreOffByRoundingOfTheLargest) {
  const auto op = ParseSlot<OperatorConfig>("[mondeq.conv] { channels: 3 m: 0.1 }");
  Problem problem(op, relu_, DType::kFloat32), exact(op, relu_, DType::kFloat64);
  Assign(*exact.device_, ToMatrix(*problem.device_, problem.store_.values()),
         exact.store_.values());
  exact.op_->ParametersChanged();
  const auto reference = Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
  const Index batch = 16;
  MatrixXd z, b = problem.RandomState(batch), u, expected;
  problem.SolveForward(*reference, problem.RandomState(batch), Rule(DType::kFloat32, 1e-4, 1000),
                       &z);
  for (Index l = 0; l < batch; ++l) b.col(l) *= std::pow(10.0, -0.4 * static_cast<double>(l));
  b = Rounded(DType::kFloat32, b);
  const ProxMap prox(problem.sigma_.get(), FromMatrix(*problem.device_, DType::kFloat32, z)),
      exact_prox(exact.sigma_.get(), FromMatrix(*exact.device_, DType::kFloat64, z));
  exact.Solve(Direction::kAdjoint, exact_prox, *reference, exact.Alpha(*reference), b,
              Rule(DType::kFloat64, 1e-13, 10000), &expected);
  const double m = problem.op_->m(), epsilon = LimitsOf(DType::kFloat32).epsilon;
  for (const char* text : {"[mondeq.forward_backward] {}", "[mondeq.forward_backward_forward] {}",
                           "[mondeq.peaceman_rachford] {}"}) {
    const auto method = Create<SplittingMethod>(text, {});
    const double alpha = problem.Alpha(*method),
                 factor = 1 + problem.op_->Lipschitz() * std::min(alpha, 1 / m);
    const SolveStats stats = problem.Solve(Direction::kAdjoint, prox, *method, alpha, b,
                                           Rule(DType::kFloat32, 1e-2, 20000), &u);
    for (Index l = 0; l < batch; ++l) {
      if (stats.samples[static_cast<std::size_t>(l)].termination != Termination::kConverged)
        continue;
      EXPECT_LE((u - expected).col(l).norm(),
                factor * (1e-2 * u.col(l).norm() + 64 * epsilon * u.colwise().norm().maxCoeff()))
          << text << " sample " << l;
    }
    EXPECT_TRUE(stats.samples.front().termination == Termination::kConverged) << text;
  }
}

// Where a sample needs another scale, its mates are seen all the same.
TEST_F(SolverTest, AZeroSampleHidesNothingOfItsMates) {
  Problem problem(ParseSlot<OperatorConfig>("[mondeq.dense] { units: 10 }"), relu_,
                  DType::kFloat64);
  const auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
  MatrixXd b = problem.RandomState(3), z;
  b.col(1).setZero();
  StoppingRule rule = Rule(DType::kFloat64, 1e-6, 300);
  rule.check_every = 1000;
  const SolveStats stats = problem.SolveForward(*method, b, rule, &z);
  for (std::size_t l : {0, 2}) EXPECT_EQ(stats.samples[l].termination, Termination::kConverged);
}

// The squares of these are beyond float64.
TEST_F(SolverTest, ASampleMayBeOfAnyMagnitudeThatTheTypeHas) {
  Problem problem(ParseSlot<OperatorConfig>("[mondeq.dense] { units: 10 }"), relu_,
                  DType::kFloat64);
  const auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
  const MatrixXd b = problem.RandomState(1);
  const StoppingRule rule = Rule(DType::kFloat64, 1e-8, 1000);
  const ProxMap relu(problem.sigma_.get());
  MatrixXd expected;
  problem.SolveForward(*method, b, Rule(DType::kFloat64, 1e-14, 1000), &expected);
  for (const double scale : {1e-290, 1e-160, 1e155, 1e290}) {
    const Tensor bias = FromMatrix(*problem.device_, DType::kFloat64, scale * b),
                 z = problem.device_->Allocate(DType::kFloat64, bias.shape()),
                 p = problem.device_->Allocate(DType::kFloat64, bias.shape());
    const double alpha = problem.Alpha(*method);
    const SolveStats stats = problem.solver_.Solve(*problem.op_, Direction::kForward, relu, *method,
                                                   alpha, bias, rule, z, p);
    EXPECT_TRUE(stats.converged()) << scale;
    Certifier certifier(problem.device_.get(), DType::kFloat64);
    const Certificate certificate =
        certifier.Certify({*problem.op_, relu, bias, {}, alpha, rule.epsilon / 2}, 1e-8, p, z);
    const double error = (ToMatrix(*problem.device_, z) / scale - expected).norm();
    EXPECT_LE(error, 1e-7 * expected.norm()) << scale;
    EXPECT_LE(error, certificate.error_bound[0] / scale + 1e-13 * expected.norm()) << scale;
    EXPECT_LE(certificate.relative_error[0], 1e-6) << scale;
  }
}

// An iteration that diverges may end so near the largest number that the certificate overflows.
TEST_F(SolverTest, WhereACertificateOverflowsThereIsNoBound) {
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
    Problem problem(op_, relu_, dtype);
    MatrixXd large = LimitsOf(dtype).most * problem.RandomState(2).cwiseAbs().array().min(1);
    const Tensor b = FromMatrix(*problem.device_, dtype, problem.RandomState(2)),
                 z = FromMatrix(*problem.device_, dtype, large),
                 p = FromMatrix(*problem.device_, dtype, large);
    Certifier certifier(problem.device_.get(), dtype);
    const Certificate certificate = certifier.Certify(
        {*problem.op_, ProxMap(problem.sigma_.get()), b, {}, 0.01, Tolerance(dtype, 0.5)}, 1e-2, p,
        z);
    for (std::size_t l = 0; l < 2; ++l) {
      EXPECT_EQ(certificate.error_bound[l], std::numeric_limits<double>::infinity());
      EXPECT_EQ(certificate.relative_error[l], std::numeric_limits<double>::infinity());
    }
  }
}

TEST_F(SolverTest, TheLastArgumentIsThatOfTheResult) {
  Problem problem(op_, relu_, DType::kFloat64);
  const Tensor b = FromMatrix(*problem.device_, DType::kFloat64, problem.RandomState(3));
  const Tensor z = problem.device_->Allocate(DType::kFloat64, b.shape()),
               p = problem.device_->Allocate(DType::kFloat64, b.shape());
  const ProxMap prox(problem.sigma_.get());
  for (Criterion criterion : {Criterion::kRelativeChange, Criterion::kRelativeError}) {
    StoppingRule rule = Rule(DType::kFloat64, 1e-9, 10000);
    rule.criterion = criterion;
    for (const char* text : {"[mondeq.peaceman_rachford] {}", "[mondeq.douglas_rachford] {}",
                             "[mondeq.forward_backward] {}"}) {
      const auto method = Create<SplittingMethod>(text, {});
      const double alpha = problem.Alpha(*method);
      problem.solver_.Solve(*problem.op_, Direction::kForward, prox, *method, alpha, b, rule, z, p);
      EXPECT_LE(RelativeError(problem.Prox(alpha, ToMatrix(*problem.device_, p)),
                              ToMatrix(*problem.device_, z)),
                1e-14)
          << text;
    }
  }
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

constexpr const char* kMethods[] = {
    "[mondeq.peaceman_rachford] {}",        "[mondeq.douglas_rachford] {}",
    "[mondeq.forward_backward] {}",         "[mondeq.forward_backward] { relaxation: 0.7 }",
    "[mondeq.forward_backward_forward] {}", "[mondeq.forward_reflected_backward] {}"};

// A sample ends when it may, and what it was then is the answer: that of a solve of its own.
TEST_F(SolverTest, ASampleDoesNotDependOnItsBatch) {
  const Index batch = 24;
  for (const char* op : {"[mondeq.dense] { units: 20 m: 0.5 }", "[mondeq.conv] { channels: 3 }",
                         "[mondeq.multi_tier_conv] { channels: 2 channels: 3 }"}) {
    Problem problem(ParseSlot<OperatorConfig>(op), relu_, DType::kFloat64);
    const MatrixXd b = problem.RandomState(batch);
    const StoppingRule rule = Rule(DType::kFloat64, 1e-7, 2000);
    MatrixXd z, u, alone;
    int methods = 0, differ = 0;
    for (std::size_t i = 0; i < std::size(kMethods); i += Trials<std::size_t>(1, 2)) {
      const char* text = kMethods[i];
      const auto method = Create<SplittingMethod>(text, {});
      const SolveStats forward = problem.SolveForward(*method, b, rule, &z);
      const Tensor z_star = FromMatrix(*problem.device_, DType::kFloat64, z);
      const SolveStats adjoint =
          problem.Solve(Direction::kAdjoint, ProxMap(problem.sigma_.get(), z_star), *method,
                        problem.Alpha(*method), b, rule, &u);
      int least = forward.iterations;
      for (const SampleStats& sample : forward.samples) least = std::min(least, sample.iterations);
      for (Index l = 0; l < batch; l += Trials<Index>(1, 13)) {
        SCOPED_TRACE(testing::Message() << op << " " << text << " sample " << l);
        const SampleStats& sample = forward.samples[static_cast<std::size_t>(l)];
        SolveStats own = problem.SolveForward(*method, b.col(l), rule, &alone);
        EXPECT_EQ(sample.iterations, own.iterations);
        EXPECT_EQ(sample.termination, own.termination);
        EXPECT_NEAR(sample.quantity, own.quantity, 1e-6 * own.quantity);
        EXPECT_LE(RelativeError(z.col(l), alone), 1e-12);
        const ProxMap prox(problem.sigma_.get(),
                           FromMatrix(*problem.device_, DType::kFloat64, z.col(l)));
        own = problem.Solve(Direction::kAdjoint, prox, *method, problem.Alpha(*method), b.col(l),
                            rule, &alone);
        EXPECT_EQ(adjoint.samples[static_cast<std::size_t>(l)].iterations, own.iterations);
        EXPECT_LE(RelativeError(u.col(l), alone), 1e-12);
      }
      ++methods;
      if (least < forward.iterations) ++differ;
    }
    // There was something to keep.
    EXPECT_GE(differ, methods - 1) << op;
  }
}

// Beside whatever, a sample in the same lane has the same bits.
TEST_F(SolverTest, BatchMatesDoNotChangeABit) {
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
    Problem problem(ParseSlot<OperatorConfig>("[mondeq.dense] { units: 20 m: 0.1 }"), relu_, dtype);
    const auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
    MatrixXd b = problem.RandomState(16), z, beside;
    const StoppingRule rule = Rule(dtype, 1e-4, 2000);
    problem.SolveForward(*method, b, rule, &z);
    b.rightCols(12) = 0.3 * problem.RandomState(12);
    problem.SolveForward(*method, b, rule, &beside);
    EXPECT_EQ(z.leftCols(4), beside.leftCols(4));
  }
}

// Small adjoints count as rounded by the largest of their batch. That must not let a sample end
// beside one that a method without a guarantee has made large.
TEST_F(SolverTest, ADivergingMateEndsNobody) {
  Problem problem(ParseSlot<OperatorConfig>("[mondeq.conv] { channels: 2 }"), relu_,
                  DType::kFloat32);
  Assign(*problem.device_, RandomMatrix(problem.store_.count(), 1, &problem.random_, 2),
         problem.store_.values());
  problem.op_->ParametersChanged();
  const auto picard = Create<SplittingMethod>("[mondeq.picard] {}", {});
  MatrixXd g = problem.RandomState(4), u;
  g.rightCols(3) *= 1e6;
  const Tensor z_star =
      FromMatrix(*problem.device_, DType::kFloat32, MatrixXd::Ones(g.rows(), g.cols()));
  const SolveStats stats = problem.Solve(Direction::kAdjoint, ProxMap(problem.sigma_.get(), z_star),
                                         *picard, 1, g, Rule(DType::kFloat32, 1e-2, 60), &u);
  for (const SampleStats& sample : stats.samples) {
    EXPECT_NE(sample.termination, Termination::kConverged);
  }
}

// When most samples have ended the rest goes on without them, and comes to the same.
TEST_F(SolverTest, TheRestGoesOnAlone) {
  const auto device = MakeTestDevice();
  if (!device->shares_host_memory()) GTEST_SKIP() << "a batch stays together there";
  const Index batch = 80, alone = 16;
  const StoppingRule rule = Rule(DType::kFloat64, 1e-8, 5000);
  StoppingRule together = rule;
  together.per_sample = false;
  for (const char* op : {"[mondeq.dense] { units: 30", "[mondeq.conv] { channels: 3"}) {
    for (const auto& [text, m] : {std::make_pair("[mondeq.peaceman_rachford] {}", 0.01),
                                  std::make_pair("[mondeq.douglas_rachford] {}", 0.01),
                                  std::make_pair("[mondeq.forward_backward] {}", 0.3)}) {
      SCOPED_TRACE(testing::Message() << op << " " << text);
      auto counting = std::make_unique<CountingDevice>(device.get());
      CountingDevice& counter = *counting;
      Problem problem(ParseSlot<OperatorConfig>(absl::StrCat(op, " m: ", m, " }")), relu_,
                      DType::kFloat64, std::move(counting));
      const auto method = Create<SplittingMethod>(text, {});
      const double alpha = problem.Alpha(*method);
      const MatrixXd b = problem.RandomState(batch);
      const auto solve_adjoint = [&](const MatrixXd& z, const MatrixXd& g, MatrixXd* u) {
        const ProxMap prox(problem.sigma_.get(), FromMatrix(counter, DType::kFloat64, z));
        return problem.Solve(Direction::kAdjoint, prox, *method, alpha, g, rule, u);
      };
      MatrixXd z, u, own_z, own_u;
      counter.Take();
      const SolveStats forward = problem.SolveForward(*method, b, rule, &z);
      const double flops = counter.Take().flops;
      const SolveStats adjoint = solve_adjoint(z, b, &u);
      double iterations = 0;
      for (Index first = 0; first < batch; first += alone) {
        const MatrixXd own_b = b.middleCols(first, alone);
        const SolveStats own = problem.SolveForward(*method, own_b, rule, &own_z);
        const SolveStats own_adjoint = solve_adjoint(own_z, own_b, &own_u);
        EXPECT_LE(RelativeError(z.middleCols(first, alone), own_z), 1e-11);
        EXPECT_LE(RelativeError(u.middleCols(first, alone), own_u), 1e-11);
        for (Index l = 0; l < alone; ++l) {
          const auto here = static_cast<std::size_t>(l),
                     there = static_cast<std::size_t>(first + l);
          EXPECT_EQ(forward.samples[there].iterations, own.samples[here].iterations);
          EXPECT_EQ(adjoint.samples[there].iterations, own_adjoint.samples[here].iterations);
          iterations += own.samples[here].iterations;
        }
      }
      // It saves some of what it would if nothing went on that had ended.
      counter.Take();
      problem.SolveForward(*method, b, together, &own_z);
      const double saved = 1 - flops / counter.Take().flops;
      EXPECT_GT(saved, 0.02);
      EXPECT_LT(saved, 1 - iterations / static_cast<double>(forward.iterations * batch));
    }
  }
}

// Where samples end together they iterate on until the last may end.
TEST_F(SolverTest, ABatchMayEndTogether) {
  Problem problem(ParseSlot<OperatorConfig>("[mondeq.dense] { units: 20 m: 0.1 }"), relu_,
                  DType::kFloat64);
  const auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
  const MatrixXd b = problem.RandomState(24);
  for (Criterion criterion : {Criterion::kRelativeError, Criterion::kRelativeChangePerSample}) {
    StoppingRule rule = Rule(DType::kFloat64, 1e-7, 2000), exact = Rule(DType::kFloat64, 1e-300, 0);
    rule.criterion = exact.criterion = criterion;
    MatrixXd z, together, steps;
    const SolveStats stats = problem.SolveForward(*method, b, rule, &z);
    rule.per_sample = false;
    const SolveStats batch = problem.SolveForward(*method, b, rule, &together);
    EXPECT_EQ(batch.iterations, stats.iterations);
    ASSERT_EQ(batch.samples.size(), 24);
    for (const SampleStats& sample : batch.samples) {
      EXPECT_EQ(sample.iterations, batch.iterations);
      EXPECT_EQ(sample.termination, Termination::kConverged);
    }
    exact.max_iterations = batch.iterations;
    problem.SolveForward(*method, b, exact, &steps);
    EXPECT_EQ(together, steps);
    EXPECT_NE(together, z);
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
