// Whatever is reported as converged is close, for every registered splitting method: for every
// method, operator, nonlinearity, m, alpha, tolerance and scale of b the distance to the
// equilibrium is within 1 + L min(alpha, 1/m) times the tolerance, and the residual within m
// times that (stopping.h). The equilibrium is found by Newton's method on dense matrices in
// float64, and certified. A part of the library of conformance.cc.
//
// With MONDEQ_CAMPAIGN=N in the environment a method's problems are N, forward ones of 100 samples
// each.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

#include "Eigen/LU"
#include "Eigen/SVD"
#include "gtest/gtest.h"
#include "mondeq/device/cpu/cpu_device.h"
#include "mondeq/splitting/certificate.h"
#include "mondeq/splitting/problem_testing.h"
#include "mondeq/testing/examples.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

struct Choice {
  const char* op;
  const char* sigma;
  double m, alpha, tolerance, scale;
  Index batch;
};

// z* of every column, or nothing where Newton's method gives nothing that can be certified.
class Reference {
 public:
  explicit Reference(Problem* problem)
      : problem_(*problem), w_(problem->W()), m_(problem->op_->m()) {
    const MatrixXd f = MatrixXd::Identity(w_.rows(), w_.cols()) - w_;
    l_ = Eigen::JacobiSVD<MatrixXd>(f).singularValues()(0);
  }

  double l() const { return l_; }
  const MatrixXd& w() const { return w_; }

  bool Equilibrium(const MatrixXd& b, MatrixXd* z) {
    const Index n = w_.rows();
    const MatrixXd eye = MatrixXd::Identity(n, n);
    *z = problem_.Sigma(b);
    // Peaceman-Rachford brings Newton near, where it ends in a few steps.
    const double alpha = 1 / std::sqrt(m_ * l_);
    const MatrixXd v = (eye + alpha * (eye - w_)).inverse(), c = 2 * alpha * v * b;
    MatrixXd r = MatrixXd::Zero(n, b.cols());
    for (int step = 0; step < 60; ++step) {
      for (int k = 0; k < 50; ++k) {
        const MatrixXd p = 2 * v * r - r + c;
        *z = problem_.Prox(alpha, p);
        r = 2 * *z - p;
      }
      for (int k = 0; k < 3; ++k) NewtonStep(b, z);
      if (Certified(b, *z)) return true;
      r = 2 * *z - (*z - alpha * ((eye - w_) * *z - b));
    }
    return false;
  }

  // u = J (W' u + g) by one dense solve a column.
  MatrixXd Adjoint(const MatrixXd& j, const MatrixXd& g) {
    MatrixXd u = g;
    for (Index l = 0; l < g.cols(); ++l) {
      const MatrixXd system = MatrixXd::Identity(w_.rows(), w_.cols()) -
                              MatrixXd(j.col(l).asDiagonal()) * w_.transpose();
      u.col(l) = system.partialPivLu().solve(j.col(l).cwiseProduct(g.col(l)));
    }
    return u;
  }

 private:
  void NewtonStep(const MatrixXd& b, MatrixXd* z) {
    const MatrixXd y = problem_.Sigma(w_ * *z + b);
    const MatrixXd j = problem_.Slope(FromMatrix(*problem_.device_, problem_.dtype_, y));
    MatrixXd next = *z;
    for (Index l = 0; l < b.cols(); ++l) {
      const MatrixXd system =
          MatrixXd::Identity(w_.rows(), w_.cols()) - MatrixXd(j.col(l).asDiagonal()) * w_;
      next.col(l) -= system.partialPivLu().solve(z->col(l) - y.col(l));
    }
    *z = next;
  }

  bool Certified(const MatrixXd& b, const MatrixXd& z) {
    const MatrixXd y = problem_.Sigma(w_ * z + b), d = w_ * (z - y);
    for (Index l = 0; l < b.cols(); ++l) {
      if (!(d.col(l).norm() / m_ + (z - y).col(l).norm() <= 1e-8 * z.col(l).norm())) return false;
    }
    return true;
  }

  Problem& problem_;
  MatrixXd w_;
  double m_;
  double l_ = 0;
};

class ClosenessTest : public testing::TestWithParam<ExampleCase<SplittingConfig>> {
 protected:
  // The largest of what a converged sample's error and residual were, over tolerance and bound.
  struct Worst {
    double error = 0, residual = 0, of_bound = 0;
    int converged = 0, ended = 0;
  };

  // Gives both the same random parameters.
  void Draw(Problem* problem, Problem* exact) {
    Assign(*problem->device_, RandomMatrix(problem->store_.count(), 1, &random_, 0.7),
           problem->store_.values());
    problem->op_->ParametersChanged();
    Assign(*exact->device_, ToMatrix(*problem->device_, problem->store_.values()),
           exact->store_.values());
    exact->op_->ParametersChanged();
  }

  // Whether few solves may converge within the iterations that they have here.
  bool MayBeSlow() const {
    return method_->converges_sublinearly() || !method_->converges_always();
  }

  void Check(const Choice& choice, Direction direction) {
    const DType dtype = GetParam().dtype;
    const bool adjoint = direction == Direction::kAdjoint;
    const auto op = ParseSlot<OperatorConfig>(absl::StrCat(choice.op, " m: ", choice.m, " }"));
    const auto sigma = ParseSlot<NonlinearityConfig>(choice.sigma);
    Problem problem(op, sigma, dtype), exact(op, sigma, DType::kFloat64, MakeCpuDevice(1));
    Draw(&problem, &exact);
    Reference reference(&exact);
    Device& device = *problem.device_;
    const Tensor b = FromMatrix(
        device, dtype, choice.scale * RandomMatrix(problem.op_->dim(), choice.batch, &random_));
    MatrixXd right = ToMatrix(device, b), expected;
    if (!reference.Equilibrium(right, &expected)) {
      ++unknown_;
      return;
    }
    // The device takes denormal numbers for zero, and j is that of what it sees.
    expected = (expected.array().abs() < LimitsOf(dtype).least).select(0, expected);
    const Tensor z_star = FromMatrix(device, dtype, expected);
    const ProxMap sigma_prox(problem.sigma_.get()), linear_prox(problem.sigma_.get(), z_star);
    const ProxMap& prox = adjoint ? linear_prox : sigma_prox;
    const MatrixXd j =
        exact.Slope(FromMatrix(*exact.device_, DType::kFloat64, ToMatrix(device, z_star)));
    if (adjoint) expected = reference.Adjoint(j, right);

    const double alpha = choice.alpha > 0 && method_->takes_alpha()
                             ? choice.alpha
                             : method_->AutomaticAlpha(choice.m, reference.l());
    StoppingRule rule = Rule(dtype, choice.tolerance, Trials(400, 100));
    rule.check_every = 1;
    const Tensor z = device.Allocate(dtype, b.shape()), p = device.Allocate(dtype, b.shape());
    const SolveStats stats =
        problem.solver_.Solve(*problem.op_, direction, prox, *method_, alpha, b, rule, z, p);
    const MatrixXd found = ToMatrix(device, z);
    const MatrixXd s = (adjoint ? reference.w().transpose() : reference.w()) * found + right;
    const MatrixXd layer = adjoint ? MatrixXd(j.cwiseProduct(s)) : exact.Sigma(s);
    Worst& worst = worst_[adjoint ? "adjoint" : "forward"];
    ++worst.ended;
    if (stats.converged()) {
      ++worst.converged;
      const double factor = 1 + reference.l() * std::min(alpha, 1 / choice.m);
      ExpectClose(found, expected, layer, choice, factor, &worst);
    }
    if (!adjoint && stats.termination != Termination::kNonFinite) {
      ExpectCertified(&problem, {*problem.op_, prox, b, {}, alpha, rule.epsilon / 2},
                      choice.tolerance, expected, p, z);
    }
  }

  void ExpectClose(const MatrixXd& found, const MatrixXd& expected, const MatrixXd& layer,
                   const Choice& choice, double factor, Worst* worst) {
    for (Index l = 0; l < found.cols(); ++l) {
      const double unit = choice.tolerance * found.col(l).norm();
      const double error = (found - expected).col(l).norm(),
                   residual = (found - layer).col(l).norm();
      if (error == 0) continue;
      EXPECT_LE(error, factor * unit);
      // The last prox has rounded z, and the float64 reference its layer.
      const double rounding = Tolerance(GetParam().dtype, 4) * found.col(l).norm();
      EXPECT_LE(residual, factor * choice.m * unit + rounding + 1e-9 * factor * unit);
      worst->error = std::max(worst->error, error / unit);
      worst->residual = std::max(worst->residual, residual / (std::max(1.0, choice.m) * unit));
      worst->of_bound = std::max(worst->of_bound, error / (factor * unit));
    }
  }

  // However the solve has ended the bound holds, for whichever point is the answer.
  void ExpectCertified(Problem* problem, const Certifier::Problem& certified, double tolerance,
                       const MatrixXd& expected, const Tensor& p, const Tensor& z) {
    Certifier certifier(problem->device_.get(), problem->dtype_);
    const Certificate certificate = certifier.Certify(certified, tolerance, p, z);
    const MatrixXd answer = ToMatrix(*problem->device_, z);
    for (Index l = 0; l < answer.cols(); ++l) {
      const double bound = certificate.error_bound[static_cast<std::size_t>(l)];
      // The reference is certified to 1e-8.
      const double allowed = bound + 1e-8 * expected.col(l).norm();
      const double error = (answer - expected).col(l).stableNorm();
      EXPECT_LE(error, allowed);
      if (error > 0) of_certificate_ = std::max(of_certificate_, error / allowed);
      ++certified_;
    }
  }

  std::unique_ptr<SplittingMethod> method_ =
      *Registry<SplittingMethod>::Create(GetParam().slot, ConfigSource(), {});
  std::map<std::string, Worst> worst_;
  int unknown_ = 0, certified_ = 0;
  // The largest part of a certified bound that an error was.
  double of_certificate_ = 0;
  Random random_{31};
};

constexpr const char* kOperators[] = {
    "[mondeq.dense] { units: 1",   "[mondeq.dense] { units: 2",
    "[mondeq.dense] { units: 3",   "[mondeq.dense] { units: 10",
    "[mondeq.conv] { channels: 1", "[mondeq.multi_tier_conv] { channels: [1, 1]"};
constexpr const char* kSigmas[] = {
    "[mondeq.relu] {}",      "[mondeq.soft_threshold] { lambda: 0.5 }",
    "[mondeq.hard_tanh] {}", "[mondeq.leaky_relu] {}",
    "[mondeq.tanh] {}",      "[mondeq.sigmoid] {}",
    "[mondeq.softplus] {}",  "[mondeq.elu] {}"};

TEST_P(ClosenessTest, WhatHasConvergedIsClose) {
  const bool single = GetParam().dtype == DType::kFloat32;
  Random draw(7);
  const auto pick = [&](const auto& values) {
    return values[static_cast<std::size_t>(draw.Uniform() *
                                           static_cast<double>(std::size(values)))];
  };
  constexpr double kM[] = {1e-6, 1e-3, 1, 1e3};
  constexpr double kAlpha[] = {0, 0, 0, 1e-8, 1e-4, 1e-2, 0.3, 1, 30, 1e4};
  constexpr double kTolerance[] = {1e-1, 1e-2, 1e-3, 1e-5};
  const std::vector<double> scales = single ? std::vector<double>{1e-18, 1e-9, 1, 1, 1e9, 1e18}
                                            : std::vector<double>{1e-30, 1e-12, 1, 1, 1e12, 1e30};
  const char* campaign = std::getenv("MONDEQ_CAMPAIGN");
  const int problems = campaign != nullptr ? std::atoi(campaign) : Trials(600, 12);
  for (int i = 0; i < problems; ++i) {
    const Choice choice{pick(kOperators),
                        pick(kSigmas),
                        pick(kM),
                        pick(kAlpha),
                        pick(kTolerance),
                        pick(scales),
                        campaign != nullptr ? 100 : 1 + static_cast<Index>(draw.Uniform() * 4)};
    SCOPED_TRACE(absl::StrCat(choice.op, " ", choice.sigma, " m ", choice.m, " alpha ",
                              choice.alpha, " tolerance ", choice.tolerance, " scale ",
                              choice.scale, " batch ", choice.batch, " case ", i));
    const bool forward = campaign != nullptr || i % 2 == 0;
    Check(choice, forward ? Direction::kForward : Direction::kAdjoint);
  }
  // One sample of many without a reference leaves a problem out.
  EXPECT_LE(unknown_, std::max(5, problems / (campaign != nullptr ? 10 : 20)));
  EXPECT_GT(certified_, Trials(500, method_->converges_always() ? 10 : 0));
  const int least = MayBeSlow() ? Trials(1, 0) : Trials(51, 1);
  for (const auto& [direction, worst] : worst_) {
    EXPECT_GE(worst.converged, least) << direction;
    std::printf(
        "%s: %d of %d converged; error at most %.2f, residual %.2f tolerances; %.2f of the "
        "bound\n",
        direction.c_str(), worst.converged, worst.ended, worst.error, worst.residual,
        worst.of_bound);
  }
  std::printf("%d certificates checked, errors at most %.4f of them\n", certified_,
              of_certificate_);
}

// All defaults, on models so small that the sets of active units are few, and on which solvers that
// watch z alone were wrong in half of the cases.
TEST_P(ClosenessTest, TenThousandSmallModels) {
  constexpr const char* kSmall[] = {"[mondeq.dense] { units: 1 }", "[mondeq.dense] { units: 2 }",
                                    "[mondeq.dense] { units: 3 }", "[mondeq.dense] { units: 10 }"};
  const int cases = static_cast<int>(ExampleCases<SplittingExamples>().size());
  const int models = Trials(10000 / (cases * 16) + 1, 1);
  double worst = 0;
  int converged = 0, tried = 0;
  for (const auto& pair : TrialPairs(std::size(kSmall), 4)) {
    const auto op = ParseSlot<OperatorConfig>(kSmall[pair.first]);
    const auto sigma = ParseSlot<NonlinearityConfig>(kSigmas[pair.second]);
    SCOPED_TRACE(absl::StrCat(kSmall[pair.first], " ", kSigmas[pair.second]));
    Problem problem(op, sigma, GetParam().dtype);
    Problem exact(op, sigma, DType::kFloat64, MakeCpuDevice(1));
    for (int i = 0; i < models; ++i) {
      Draw(&problem, &exact);
      Reference reference(&exact);
      const MatrixXd b = problem.RandomState(1);
      MatrixXd z, expected;
      const SolveStats stats =
          problem.SolveForward(*method_, b, Rule(GetParam().dtype, 1e-2, 300), &z);
      ++tried;
      if (!stats.converged()) continue;
      ++converged;
      ASSERT_TRUE(reference.Equilibrium(b, &expected));
      const double factor = 1 + reference.l() * std::min(1.0, problem.Alpha(*method_));
      EXPECT_LE((z - expected).norm(), factor * 1e-2 * z.norm()) << z << "\n" << expected;
      if (z.norm() > 0) worst = std::max(worst, (z - expected).norm() / z.norm());
    }
  }
  const int least = MayBeSlow() ? Trials(0, method_->converges_always() ? 0 : -1) : tried / 2;
  EXPECT_GT(converged, least);
  EXPECT_LE(worst, 0.05);
}

INSTANTIATE_TEST_SUITE_P(All, ClosenessTest, testing::ValuesIn(ExampleCases<SplittingExamples>()),
                         CaseName());

}  // namespace
}  // namespace mondeq
