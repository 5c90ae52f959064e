// Conformance of every registered splitting method, with every operator and nonlinearity: all reach
// the same z*, and the adjoint solve is the dense solve of the implicit system.
#include "mondeq/splitting/solver.h"

#include <limits>

#include "Eigen/LU"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/splitting/certificate.h"
#include "mondeq/testing/examples.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;
using Case = ExampleCase<SplittingConfig>;
constexpr char kMethods[] = "mondeq/splitting/examples.textproto";
constexpr char kOperators[] = "mondeq/operators/examples.textproto";
constexpr char kNonlinearities[] = "mondeq/nonlinearities/examples.textproto";

// Small, for dense linear algebra; operators that need more of an image are left out here.
constexpr Features kInput{4, 4, 2};

// The example operators that take kInput.
std::vector<OperatorConfig> Operators() {
  std::vector<OperatorConfig> taken;
  const auto device = MakeTestDevice();
  for (const OperatorConfig& op : LoadExamples<OperatorExamples>(kOperators)) {
    ParameterStore store;
    const auto made = Registry<MonotoneOperator>::Create(
        op, ConfigSource(), {kInput, {&store, "operator"}, device.get(), DType::kFloat64});
    if (made.ok()) taken.push_back(op);
  }
  return taken;
}

// One operator and nonlinearity on a device, with the dense view of them.
class Problem {
 public:
  Problem(const OperatorConfig& op, const NonlinearityConfig& sigma, DType dtype, int threads = 1)
      : dtype_(dtype), device_(MakeTestDevice(threads)), solver_(device_.get(), dtype) {
    op_ = *Registry<MonotoneOperator>::Create(
        op, ConfigSource(), {kInput, {&store_, "operator"}, device_.get(), dtype});
    sigma_ = *Registry<Nonlinearity>::Create(sigma, ConfigSource(),
                                             {op_->layout().MakeInteriorMask(*device_), nullptr});
    store_.Allocate(*device_, dtype, 17);
    op_->ParametersChanged();
  }

  double Alpha(const SplittingMethod& method) {
    return method.alpha().has_value() ? method.alpha().value()
                                      : method.AutomaticAlpha(op_->m(), op_->Lipschitz());
  }

  SolveStats Solve(Direction direction, const ProxMap& prox, const SplittingMethod& method,
                   double alpha, const MatrixXd& b, const StoppingRule& rule, MatrixXd* z) {
    const Tensor out = device_->Allocate(dtype_, {b.rows(), b.cols()});
    const SolveStats stats = solver_.Solve(*op_, direction, prox, method, alpha,
                                           FromMatrix(*device_, dtype_, b), rule, out);
    *z = ToMatrix(*device_, out);
    return stats;
  }
  SolveStats SolveForward(const SplittingMethod& method, const MatrixXd& b,
                          const StoppingRule& rule, MatrixXd* z) {
    return Solve(Direction::kForward, ProxMap(sigma_.get()), method, Alpha(method), b, rule, z);
  }

  MatrixXd Sigma(const MatrixXd& u) {
    const Tensor z = FromMatrix(*device_, dtype_, u);
    ProxMap(sigma_.get()).Prox(*device_, 1, z, z);
    return ToMatrix(*device_, z);
  }
  // j where sigma's output is z*.
  MatrixXd Slope(const Tensor& z_star) {
    const Tensor j = FromMatrix(*device_, dtype_, MatrixXd::Ones(z_star.rows(), z_star.columns()));
    ProxMap(sigma_.get(), z_star).Prox(*device_, 1, j, j);
    return ToMatrix(*device_, j);
  }
  MatrixXd W() {
    const Tensor w = FromMatrix(*device_, dtype_, MatrixXd::Identity(op_->dim(), op_->dim()));
    const Tensor out = device_->Allocate(dtype_, w.shape());
    op_->Apply(Direction::kForward, w, out);
    return ToMatrix(*device_, out);
  }
  MatrixXd RandomState(Index batch) {
    return ToMatrix(*device_,
                    FromMatrix(*device_, dtype_, RandomMatrix(op_->dim(), batch, &random_)));
  }

  DType dtype_;
  std::unique_ptr<Device> device_;
  ParameterStore store_;
  std::unique_ptr<MonotoneOperator> op_;
  std::unique_ptr<Nonlinearity> sigma_;
  Solver solver_;
  Random random_{21};
};

StoppingRule Rule(DType dtype, double tolerance, int max_iterations) {
  SplittingConfig config;
  config.set_tolerance(tolerance);
  config.set_max_iterations(max_iterations);
  return MakeStoppingRule(config, dtype);
}

// Tight enough that what remains is rounding: in float32 of a slow method times 1 / (1 - rate), up
// to 2000.
StoppingRule TightRule(DType dtype) {
  return Rule(dtype, dtype == DType::kFloat32 ? 1e-6 : 1e-12, 200000);
}
double TightTolerance(DType dtype) { return dtype == DType::kFloat32 ? 4e-3 : 1e-9; }

class SplittingMethodTest : public testing::TestWithParam<Case> {
 protected:
  static std::unique_ptr<SplittingMethod> Create(const SplittingConfig& config) {
    return *Registry<SplittingMethod>::Create(config, ConfigSource(), {});
  }

  // body(problem, name) for every example operator and nonlinearity.
  template <class F>
  void ForEveryProblem(F&& body) {
    const auto operators = Operators();
    EXPECT_GE(operators.size(), Registry<MonotoneOperator>::Names().size());
    for (const OperatorConfig& op : operators) {
      for (const auto& sigma : LoadExamples<NonlinearityExamples>(kNonlinearities)) {
        SCOPED_TRACE(op.ShortDebugString() + " " + sigma.ShortDebugString());
        Problem problem(op, sigma, GetParam().dtype);
        body(problem);
      }
    }
  }

  std::unique_ptr<SplittingMethod> method_ = Create(GetParam().slot);
};

TEST(SplittingRegistryTest, EveryPluginHasAnExample) {
  const auto names = Registry<SplittingMethod>::Names();
  EXPECT_FALSE(names.empty());
  EXPECT_THAT(ExampleNames<SplittingExamples>(kMethods), testing::IsSupersetOf(names));
}

// z = sigma(W z + b) has one solution, so whatever solves it is z*, and every method reaches the
// same.
TEST_P(SplittingMethodTest, ReachesTheEquilibrium) {
  ForEveryProblem([&](Problem& problem) {
    const MatrixXd b = problem.RandomState(5);
    MatrixXd z;
    const SolveStats stats = problem.SolveForward(*method_, b, TightRule(problem.dtype_), &z);
    EXPECT_NE(stats.termination, Termination::kMaxIterations);
    EXPECT_NE(stats.termination, Termination::kNonFinite);
    EXPECT_GT(z.norm(), 0);
    const MatrixXd r = z - problem.Sigma(problem.W() * z + b);
    const double distance = (problem.W() * r).norm() / problem.op_->m();
    EXPECT_LE(distance, TightTolerance(problem.dtype_) * z.norm() * 10);
  });
}

TEST_P(SplittingMethodTest, AdjointSolveIsTheDenseSolve) {
  ForEveryProblem([&](Problem& problem) {
    const Index n = problem.op_->dim(), batch = 3;
    MatrixXd z, u;
    problem.SolveForward(*method_, problem.RandomState(batch), TightRule(problem.dtype_), &z);
    const Tensor z_star = FromMatrix(*problem.device_, problem.dtype_, z);
    const MatrixXd g = problem.RandomState(batch), j = problem.Slope(z_star), w = problem.W();
    problem.Solve(Direction::kAdjoint, ProxMap(problem.sigma_.get(), z_star), *method_,
                  problem.Alpha(*method_), g, TightRule(problem.dtype_), &u);
    for (Index l = 0; l < batch; ++l) {
      const MatrixXd jacobian = j.col(l).asDiagonal();
      const MatrixXd dense = (MatrixXd::Identity(n, n) - jacobian * w.transpose())
                                 .partialPivLu()
                                 .solve(jacobian * g.col(l));
      EXPECT_LE((u.col(l) - dense).norm(),
                TightTolerance(problem.dtype_) * (g.norm() + dense.norm()));
    }
  });
}

TEST_P(SplittingMethodTest, CertifiedBoundHoldsWhereverTheIterationStops) {
  ForEveryProblem([&](Problem& problem) {
    const MatrixXd b = problem.RandomState(4);
    MatrixXd exact;
    problem.SolveForward(*method_, b, TightRule(problem.dtype_), &exact);
    for (int iterations : {1, 3, 10}) {
      MatrixXd z;
      problem.SolveForward(*method_, b, Rule(problem.dtype_, 1e-300, iterations), &z);
      const Tensor y = FromMatrix(*problem.device_, problem.dtype_, z);
      const Certificate certificate =
          PolishAndCertify(*problem.device_, *problem.op_, ProxMap(problem.sigma_.get()),
                           FromMatrix(*problem.device_, problem.dtype_, b), y);
      const MatrixXd polished = ToMatrix(*problem.device_, y), w = problem.W();
      // float64 has no slack but for how exactly `exact` is known.
      const double rounding = TightTolerance(problem.dtype_) * exact.norm();
      EXPECT_LE(RelativeError(polished, problem.Sigma(w * z + b)), Tolerance(problem.dtype_, 64));
      for (Index l = 0; l < 4; ++l) {
        const std::size_t sample = static_cast<std::size_t>(l);
        EXPECT_LE((polished - exact).col(l).norm(), certificate.error_bound[sample] + rounding);
        EXPECT_NEAR(certificate.error_bound[sample],
                    (w * (z - polished)).col(l).norm() / problem.op_->m(),
                    rounding + 1e-3 * certificate.error_bound[sample]);
        const double residual = (polished - problem.Sigma(w * polished + b)).col(l).norm();
        EXPECT_NEAR(certificate.residual[sample] * polished.col(l).norm(), residual, rounding);
      }
    }
  });
}

TEST_P(SplittingMethodTest, HonoursAndReportsMaxIterations) {
  int stopped = 0;
  ForEveryProblem([&](Problem& problem) {
    MatrixXd z;
    const SolveStats stats =
        problem.SolveForward(*method_, problem.RandomState(3), Rule(problem.dtype_, 1e-300, 4), &z);
    if (stats.change == 0) {
      // A method may be exactly there earlier: then nothing is left to do.
      EXPECT_LE(stats.iterations, 4);
      EXPECT_TRUE(stats.converged());
      return;
    }
    ++stopped;
    EXPECT_EQ(stats.iterations, 4);
    EXPECT_EQ(stats.termination, Termination::kMaxIterations);
    EXPECT_FALSE(stats.converged());
  });
  EXPECT_GT(stopped, 0);
}

TEST_P(SplittingMethodTest, ReportsNonFiniteValuesAtOnce) {
  ForEveryProblem([&](Problem& problem) {
    MatrixXd b = problem.RandomState(3), z;
    b(0, 1) = std::numeric_limits<double>::quiet_NaN();
    const SolveStats stats = problem.SolveForward(*method_, b, TightRule(problem.dtype_), &z);
    EXPECT_EQ(stats.termination, Termination::kNonFinite);
    EXPECT_EQ(stats.iterations, problem.device_->iterations_per_check());
  });
}

TEST_P(SplittingMethodTest, ThreadsAndBatchesAgreeToRounding) {
  const auto ops = Operators();
  const auto sigmas = LoadExamples<NonlinearityExamples>(kNonlinearities);
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

INSTANTIATE_TEST_SUITE_P(All, SplittingMethodTest,
                         testing::ValuesIn(ExampleCases<SplittingExamples>(kMethods)), CaseName());

class SolverTest : public testing::Test {
 protected:
  static SplittingConfig Parse(const std::string& text) {
    SplittingConfig config;
    ConfigSource source;
    EXPECT_TRUE(ParseConfig(text, "test", {}, &config, &source).ok());
    return config;
  }
  OperatorConfig op_ = Operators().back();
  NonlinearityConfig relu_ = LoadExamples<NonlinearityExamples>(kNonlinearities).front();
};

// Iterations that no one looks at are no different.
TEST_F(SolverTest, RarerChecksAddFewerIterationsThanLieBetweenThem) {
  Problem problem(op_, relu_, DType::kFloat64);
  const auto method = *Registry<SplittingMethod>::Create(Parse("[mondeq.peaceman_rachford] {}"),
                                                         ConfigSource(), {});
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
    // max_iterations is kept, and with it the result is that of as many single steps.
    StoppingRule exact = Rule(DType::kFloat64, 1e-300, stats.iterations);
    exact.check_every = 1;
    problem.SolveForward(*method, b, exact, &same);
    EXPECT_EQ(later, same);
    rule.max_iterations = 4;
    EXPECT_EQ(problem.SolveForward(*method, b, rule, &later).iterations, 4);
    rule.max_iterations = 1000;
  }
}

// In float32 the relative change cannot fall below about 1e-7: a tolerance under that must end, and
// say why.
TEST_F(SolverTest, StagnationIsReported) {
  Problem problem(op_, relu_, DType::kFloat32);
  auto method = *Registry<SplittingMethod>::Create(
      Parse("[mondeq.peaceman_rachford] { alpha { value: 0.5 } }"), ConfigSource(), {});
  MatrixXd z;
  const SolveStats stats = problem.SolveForward(*method, problem.RandomState(8),
                                                Rule(DType::kFloat32, 1e-30, 100000), &z);
  // Rounding may also reach a fixed point, where the change is exactly zero.
  EXPECT_TRUE(stats.termination == Termination::kStagnated || stats.change == 0);
  EXPECT_LT(stats.iterations, 1000);
}

// A diverging iteration must not look converged.
TEST_F(SolverTest, DivergenceIsReported) {
  Problem problem(op_, relu_, DType::kFloat32);
  auto method = *Registry<SplittingMethod>::Create(
      Parse("[mondeq.forward_backward] { alpha { value: 1000 } }"), ConfigSource(), {});
  MatrixXd z;
  const SolveStats stats = problem.SolveForward(*method, problem.RandomState(8),
                                                Rule(DType::kFloat32, 1e-2, 100000), &z);
  EXPECT_EQ(stats.termination, Termination::kNonFinite);
}

// W = -0.5, b = 1, tanh has z* = 0.6033, which plain tanh at alpha = 0.5
// misses.
TEST_F(SolverTest, StepSizeDoesNotMoveTheEquilibrium) {
  OperatorConfig op;
  NonlinearityConfig tanh_config;
  ConfigSource source;
  ASSERT_TRUE(ParseConfig("[mondeq.dense] { units: 1 m: 1.5 }", "test", {}, &op, &source).ok());
  ASSERT_TRUE(ParseConfig("[mondeq.tanh] {}", "test", {}, &tanh_config, &source).ok());
  Problem problem(op, tanh_config, DType::kFloat64);
  problem.device_->Fill(0, problem.store_.values());
  problem.op_->ParametersChanged();
  for (const char* text : {"[mondeq.forward_backward] { alpha { value: 0.5 } }",
                           "[mondeq.peaceman_rachford] { alpha { value: 0.5 } }",
                           "[mondeq.peaceman_rachford] { alpha { value: 3 } }"}) {
    auto method = *Registry<SplittingMethod>::Create(Parse(text), ConfigSource(), {});
    MatrixXd z;
    problem.SolveForward(*method, MatrixXd::Ones(1, 1), Rule(DType::kFloat64, 1e-14, 1000), &z);
    EXPECT_NEAR(z(0, 0), std::tanh(1 - 0.5 * z(0, 0)), 1e-13) << text;
    EXPECT_NEAR(z(0, 0), 0.6033, 1e-4) << text;
  }
}

// Nothing of an earlier solve, of another batch size, is left behind.
TEST_F(SolverTest, SameBitsEveryTime) {
  Problem problem(op_, relu_, DType::kFloat32);
  auto method =
      *Registry<SplittingMethod>::Create(Parse("[mondeq.douglas_rachford] {}"), ConfigSource(), {});
  const MatrixXd b = problem.RandomState(33);
  MatrixXd first, second, other;
  problem.SolveForward(*method, b, TightRule(DType::kFloat32), &first);
  problem.SolveForward(*method, problem.RandomState(50), TightRule(DType::kFloat32), &other);
  problem.SolveForward(*method, b, TightRule(DType::kFloat32), &second);
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace mondeq
