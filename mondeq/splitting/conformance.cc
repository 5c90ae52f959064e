// Conformance of every registered splitting method, with every operator and nonlinearity: all reach
// the same z*, and the adjoint solve is the dense solve of the implicit system.
// A library: a test program links it with the plugins under test, here or in another workspace
// (mondeq_conformance_test in tools/mondeq.bzl).
#include <limits>

#include "Eigen/LU"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/splitting/certificate.h"
#include "mondeq/splitting/problem_testing.h"
#include "mondeq/testing/examples.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;
using Case = ExampleCase<SplittingConfig>;

class SplittingConformanceTest : public testing::TestWithParam<Case> {
 protected:
  static std::unique_ptr<SplittingMethod> Create(const SplittingConfig& config) {
    return *Registry<SplittingMethod>::Create(config, ConfigSource(), {});
  }

  // Calls body(problem) for every example operator with every example nonlinearity. Where
  // operations are slow the cases share the problems out, so that those of a type together take
  // every operator and every nonlinearity.
  // With a stride above 1 it is every so many of them.
  template <class F>
  void ForEveryProblem(F&& body, std::size_t stride = 1) {
    const auto& operators = Operators();
    EXPECT_GE(operators.size(), Registry<MonotoneOperator>::Names().size());
    const auto sigmas = LoadExamples<NonlinearityExamples>();
    const auto pairs = TrialPairs(operators.size(), sigmas.size());
    constexpr std::size_t kShares = 16;
    const std::size_t first = Trials<std::size_t>(0, CaseIndex() % kShares);
    const std::size_t step = Trials<std::size_t>(1, kShares) * stride;
    for (std::size_t k = first; k < pairs.size(); k += step) {
      const OperatorConfig& op = operators[pairs[k].first];
      const NonlinearityConfig& sigma = sigmas[pairs[k].second];
      SCOPED_TRACE(op.ShortDebugString() + " " + sigma.ShortDebugString());
      Problem problem(op, sigma, GetParam().dtype);
      problem.TameFor(*method_);
      body(problem);
    }
  }

  // So many of the problems tell whether a start is taken for what it is.
  static constexpr std::size_t kStartStride = 3;

  // Which of the suite's cases this is.
  static std::size_t CaseIndex() {
    const auto cases = ExampleCases<SplittingExamples>();
    std::size_t index = 0;
    while (cases[index].name != GetParam().name) ++index;
    return index;
  }

  std::unique_ptr<SplittingMethod> method_ = Create(GetParam().slot);
  const Tight tight_ = TightRuleFor(*method_, GetParam().dtype);
  // For what needs no more.
  const Tight loose_ =
      method_->converges_sublinearly() ? tight_ : Tight{Rule(GetParam().dtype, 1e-4, 200000), 4e-3};
};

TEST(SplittingRegistryTest, EveryPluginHasAnExample) {
  const auto names = Registry<SplittingMethod>::Names();
  EXPECT_FALSE(names.empty());
  EXPECT_THAT(ExampleNames<SplittingExamples>(), testing::IsSupersetOf(names));
}

// What is saved with weights has the defaults written out.
TEST_P(SplittingConformanceTest, AResolvedConfigMakesIt) {
  SplittingConfig resolved = GetParam().slot;
  MakeDefaultsExplicit(&resolved);
  const auto made = Registry<SplittingMethod>::Create(resolved, ConfigSource(), {});
  EXPECT_TRUE(made.ok()) << made.status();
}

// z = sigma(W z + b) has one solution, so whatever solves it is z*, and every method reaches the
// same.
TEST_P(SplittingConformanceTest, ReachesTheEquilibrium) {
  ForEveryProblem([&](Problem& problem) {
    const MatrixXd b = problem.RandomState(5);
    MatrixXd z;
    const SolveStats stats = problem.SolveForward(*method_, b, tight_.rule, &z);
    EXPECT_NE(stats.termination, Termination::kMaxIterations);
    EXPECT_NE(stats.termination, Termination::kNonFinite);
    EXPECT_GT(z.norm(), 0);
    const MatrixXd difference = z - problem.Sigma(problem.W() * z + b);
    const double distance = (problem.W() * difference).norm() / problem.op_->m();
    EXPECT_LE(distance, tight_.tolerance * z.norm() * 10);
  });
}

TEST_P(SplittingConformanceTest, AdjointSolveIsTheDenseSolve) {
  ForEveryProblem([&](Problem& problem) {
    const Index n = problem.op_->dim(), batch = 3;
    MatrixXd z, u;
    // The adjoint system is one wherever z is.
    problem.SolveForward(*method_, problem.RandomState(batch), Rule(problem.dtype_, 1e-2, 300), &z);
    const Tensor z_star = FromMatrix(*problem.device_, problem.dtype_, z);
    const MatrixXd g = problem.RandomState(batch), j = problem.Slope(z_star), w = problem.W();
    problem.Solve(Direction::kAdjoint, ProxMap(problem.sigma_.get(), z_star), *method_,
                  problem.Alpha(*method_), g, tight_.rule, &u);
    for (Index l = 0; l < batch; ++l) {
      const MatrixXd jacobian = j.col(l).asDiagonal();
      const MatrixXd dense = (MatrixXd::Identity(n, n) - jacobian * w.transpose())
                                 .partialPivLu()
                                 .solve(jacobian * g.col(l));
      EXPECT_LE((u.col(l) - dense).norm(), tight_.tolerance * (g.norm() + dense.norm()));
    }
  });
}

// Wherever it begins a method reaches the same, and from there it has nowhere to go.
TEST_P(SplittingConformanceTest, ReachesTheEquilibriumFromAnyStart) {
  ForEveryProblem(
      [&](Problem& problem) {
        const MatrixXd b = problem.RandomState(4);
        MatrixXd exact;
        problem.SolveForward(*method_, b, loose_.rule, &exact);
        MatrixXd z = 10 * problem.RandomState(4);
        const SolveStats begun = problem.SolveForward(*method_, b, loose_.rule, &z, Start::kGiven);
        EXPECT_NE(begun.termination, Termination::kMaxIterations);
        EXPECT_NE(begun.termination, Termination::kNonFinite);
        // Both are as far from the equilibrium as the solve above.
        EXPECT_LE((z - exact).norm(), 20 * loose_.tolerance * exact.norm());
        if (method_->converges_sublinearly()) return;
        z = exact;
        StoppingRule looser = Rule(problem.dtype_, 1e-2, 300);
        looser.check_every = 1;
        const SolveStats stats = problem.SolveForward(*method_, b, looser, &z, Start::kGiven);
        EXPECT_TRUE(stats.converged());
        // Nothing is seen of the first step, and the second may be one without a prox.
        EXPECT_LE(stats.iterations, 3);
        EXPECT_LE((z - exact).norm(), 1e-2 * exact.norm());
      },
      kStartStride);
}

// The adjoint inclusion is another one, with W' and a linear prox.
TEST_P(SplittingConformanceTest, AdjointSolveMayBeginAnywhere) {
  ForEveryProblem(
      [&](Problem& problem) {
        MatrixXd z, u;
        problem.SolveForward(*method_, problem.RandomState(3), Rule(problem.dtype_, 1e-2, 300), &z);
        const Tensor z_star = FromMatrix(*problem.device_, problem.dtype_, z);
        const ProxMap prox(problem.sigma_.get(), z_star);
        const MatrixXd g = problem.RandomState(3);
        const double alpha = problem.Alpha(*method_);
        problem.Solve(Direction::kAdjoint, prox, *method_, alpha, g, loose_.rule, &u);
        MatrixXd again = problem.RandomState(3);
        problem.Solve(Direction::kAdjoint, prox, *method_, alpha, g, loose_.rule, &again,
                      Start::kGiven);
        EXPECT_LE((again - u).norm(), loose_.tolerance * (g.norm() + u.norm()));
      },
      kStartStride);
}

TEST_P(SplittingConformanceTest, CertifiedBoundHoldsWhereverTheIterationStops) {
  ForEveryProblem([&](Problem& problem) {
    const DType dtype = problem.dtype_;
    const MatrixXd b = problem.RandomState(4), w = problem.W();
    MatrixXd exact;
    problem.SolveForward(*method_, b, tight_.rule, &exact);
    Certifier certifier(problem.device_.get(), dtype);
    const ProxMap prox(problem.sigma_.get());
    for (int iterations : {1, 3, 10}) {
      const double alpha = problem.Alpha(*method_);
      const Tensor bias = FromMatrix(*problem.device_, dtype, b);
      const Tensor z = problem.device_->Allocate(dtype, bias.shape());
      const Tensor p = problem.device_->Allocate(dtype, bias.shape());
      problem.solver_.Solve(*problem.op_, Direction::kForward, prox, *method_, alpha, bias,
                            Rule(dtype, 1e-300, iterations), z, p);
      const MatrixXd found = ToMatrix(*problem.device_, z),
                     argument = ToMatrix(*problem.device_, p);
      const Tensor again = problem.device_->Allocate(dtype, bias.shape());
      prox.Prox(*problem.device_, alpha, p, again);
      EXPECT_LE(RelativeError(ToMatrix(*problem.device_, again), found), Tolerance(dtype, 16));
      const Certifier::Problem certified{*problem.op_, prox,  bias,
                                         {},           alpha, Tolerance(dtype, 1) / 2};
      // With a tolerance of infinity nothing is replaced, with 0 whatever y betters.
      for (double tolerance : {std::numeric_limits<double>::infinity(), 0.0}) {
        const Tensor answer = FromMatrix(*problem.device_, dtype, found);
        const Tensor arguments = FromMatrix(*problem.device_, dtype, argument);
        const Certificate certificate = certifier.Certify(certified, tolerance, arguments, answer);
        const MatrixXd point = ToMatrix(*problem.device_, answer);
        const MatrixXd layer = problem.Sigma(w * point + b);
        if (tolerance > 0) {
          EXPECT_EQ(point, found);
        }
        // In float64 the only slack is how exactly `exact` is known.
        const double rounding = tight_.tolerance * exact.norm();
        for (Index l = 0; l < 4; ++l) {
          const std::size_t sample = static_cast<std::size_t>(l);
          EXPECT_LE((point - exact).col(l).norm(), certificate.error_bound[sample] + rounding);
          EXPECT_NEAR(certificate.residual[sample] * point.col(l).norm(),
                      (point - layer).col(l).norm(), rounding);
          if (point.col(l).norm() == 0) continue;
          EXPECT_NEAR(certificate.relative_error[sample] * point.col(l).norm(),
                      certificate.error_bound[sample], 1e-6 * certificate.error_bound[sample]);
        }
      }
    }
  });
}

TEST_P(SplittingConformanceTest, TheAutomaticStepIsOneThatTheoryAllows) {
  for (double m : {1e-3, 1.0, 100.0}) {
    for (double ratio : {1.0, 5.0, 1000.0}) {
      const double alpha = method_->AutomaticAlpha(m, ratio * m);
      EXPECT_GT(alpha, 0);
      if (!method_->converges_always()) continue;
      EXPECT_LT(alpha, method_->AlphaBound(m, ratio * m));
    }
  }
}

TEST_P(SplittingConformanceTest, HonoursAndReportsMaxIterations) {
  int stopped = 0;
  // A step without a prox is never the last, and a single one is a limit too.
  EXPECT_TRUE(method_->At(0, 1).prox);
  const int last = method_->At(3, 1).prox ? 4 : 3;
  ForEveryProblem([&](Problem& problem) {
    MatrixXd z;
    const SolveStats stats =
        problem.SolveForward(*method_, problem.RandomState(3), Rule(problem.dtype_, 1e-300, 4), &z);
    if (stats.quantity == 0) {
      // A method may reach a fixed point exactly before that: then nothing is left to do.
      EXPECT_LE(stats.iterations, last);
      EXPECT_TRUE(stats.converged());
      return;
    }
    ++stopped;
    EXPECT_EQ(stats.iterations, last);
    EXPECT_EQ(stats.termination, Termination::kMaxIterations);
    EXPECT_FALSE(stats.converged());
  });
  EXPECT_GT(stopped, 0);
}

TEST_P(SplittingConformanceTest, ReportsNonFiniteValuesAtOnce) {
  ForEveryProblem([&](Problem& problem) {
    MatrixXd b = problem.RandomState(3), z;
    b(0, 1) = std::numeric_limits<double>::quiet_NaN();
    const SolveStats stats = problem.SolveForward(*method_, b, tight_.rule, &z);
    EXPECT_EQ(stats.termination, Termination::kNonFinite);
    EXPECT_EQ(stats.iterations, problem.device_->iterations_per_check());
  });
}

TEST_P(SplittingConformanceTest, ThreadsAndBatchesAgreeToRounding) {
  const auto& ops = Operators();
  const auto sigmas = LoadExamples<NonlinearityExamples>();
  Problem one(ops.back(), sigmas.front(), GetParam().dtype, 1),
      three(ops.back(), sigmas.front(), GetParam().dtype, 3);
  const MatrixXd b = one.RandomState(50);
  const StoppingRule rule = Rule(GetParam().dtype, 1e-300, 20);
  MatrixXd z1, z3, part;
  one.SolveForward(*method_, b, rule, &z1);
  three.SolveForward(*method_, b, rule, &z3);
  EXPECT_LE(RelativeError(z3, z1), Tolerance(GetParam().dtype, 256));
  three.SolveForward(*method_, b.leftCols(7), rule, &part);
  EXPECT_LE(RelativeError(part, z1.leftCols(7)), Tolerance(GetParam().dtype, 256));
}

INSTANTIATE_TEST_SUITE_P(All, SplittingConformanceTest,
                         testing::ValuesIn(ExampleCases<SplittingExamples>()), CaseName());

}  // namespace
}  // namespace mondeq
