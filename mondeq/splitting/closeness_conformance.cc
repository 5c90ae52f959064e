// Whatever is reported as converged is close, for every registered splitting method: for every
// method, operator, nonlinearity, m, alpha, tolerance and scale of b the distance to the
// equilibrium is within 1 + L min(1, alpha) times the tolerance, and the residual within min(1, m)
// times that (stopping.h). The equilibrium is found by Newton's method on dense matrices in
// float64, and certified. A part of the library of conformance.cc.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "Eigen/LU"
#include "Eigen/SVD"
#include "gtest/gtest.h"
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

  void Check(const Choice& choice, Direction direction) {
    const DType dtype = GetParam().dtype;
    auto op = ParseSlot<OperatorConfig>(absl::StrCat(choice.op, " m: ", choice.m, " }"));
    const auto sigma = ParseSlot<NonlinearityConfig>(choice.sigma);
    Problem problem(op, sigma, dtype), exact(op, sigma, DType::kFloat64);
    Draw(&problem, &exact);
    Reference reference(&exact);
    const MatrixXd b = ToMatrix(
        *problem.device_,
        FromMatrix(*problem.device_, dtype,
                   choice.scale * RandomMatrix(problem.op_->dim(), choice.batch, &random_)));
    MatrixXd expected, found;
    if (!reference.Equilibrium(b, &expected)) {
      ++unknown_;
      return;
    }
    StoppingRule rule = Rule(dtype, choice.tolerance, 400);
    rule.check_every = 1;
    const bool adjoint = direction == Direction::kAdjoint;
    const Tensor z_star = FromMatrix(*problem.device_, dtype, expected);
    const ProxMap prox =
        adjoint ? ProxMap(problem.sigma_.get(), z_star) : ProxMap(problem.sigma_.get());
    MatrixXd w = reference.w();
    if (adjoint) {
      const MatrixXd j = exact.Slope(
          FromMatrix(*exact.device_, DType::kFloat64, ToMatrix(*problem.device_, z_star)));
      expected = reference.Adjoint(j, b);
      w.transposeInPlace();
      layer_ = [j](const MatrixXd& s) { return MatrixXd(j.cwiseProduct(s)); };
    } else {
      layer_ = [&exact](const MatrixXd& s) { return exact.Sigma(s); };
    }
    const double alpha =
        choice.alpha > 0 ? choice.alpha : method_->AutomaticAlpha(choice.m, reference.l());
    const SolveStats stats = problem.Solve(direction, prox, *method_, alpha, b, rule, &found);
    Worst& worst = worst_[adjoint ? "adjoint" : "forward"];
    ++worst.ended;
    if (!stats.converged()) return;
    ++worst.converged;
    const double factor = 1 + reference.l() * std::min(1.0, alpha);
    const MatrixXd residual = found - layer_(w * found + b);
    for (Index l = 0; l < choice.batch; ++l) {
      const double unit = choice.tolerance * found.col(l).norm();
      const double error = (found - expected).col(l).norm();
      if (error == 0) continue;
      const double of_m = std::min(1.0, choice.m);
      EXPECT_LE(error, factor * unit) << alpha << " " << stats.iterations;
      EXPECT_LE(residual.col(l).norm(), factor * of_m * unit + reference.l() * 1e-15 * unit);
      worst.error = std::max(worst.error, error / unit);
      worst.residual = std::max(worst.residual, residual.col(l).norm() / (of_m * unit));
      worst.of_bound = std::max(worst.of_bound, error / (factor * unit));
    }
  }

  std::unique_ptr<SplittingMethod> method_ =
      *Registry<SplittingMethod>::Create(GetParam().slot, ConfigSource(), {});
  std::function<MatrixXd(const MatrixXd&)> layer_;
  std::map<std::string, Worst> worst_;
  int unknown_ = 0;
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
  for (int i = 0; i < 600; ++i) {
    const Choice choice{pick(kOperators),
                        pick(kSigmas),
                        pick(kM),
                        pick(kAlpha),
                        pick(kTolerance),
                        pick(scales),
                        1 + static_cast<Index>(draw.Uniform() * 4)};
    SCOPED_TRACE(absl::StrCat(choice.op, " ", choice.sigma, " m ", choice.m, " alpha ",
                              choice.alpha, " tolerance ", choice.tolerance, " scale ",
                              choice.scale, " batch ", choice.batch, " case ", i));
    Check(choice, i % 2 == 0 ? Direction::kForward : Direction::kAdjoint);
  }
  EXPECT_LE(unknown_, 30);
  for (const auto& [direction, worst] : worst_) {
    EXPECT_GT(worst.converged, method_->converges_sublinearly() ? 5 : 50) << direction;
    std::printf(
        "%s: %d of %d converged; error at most %.2f, residual %.2f tolerances; %.2f of the "
        "bound\n",
        direction.c_str(), worst.converged, worst.ended, worst.error, worst.residual,
        worst.of_bound);
  }
}

// All defaults, on models so small that the sets of active units are few, and on which solvers that
// watch z alone were wrong in half of the cases.
TEST_P(ClosenessTest, TenThousandSmallModels) {
  const int models = 10000 / static_cast<int>(ExampleCases<SplittingExamples>().size() * 16) + 1;
  double worst = 0;
  int converged = 0;
  for (const char* op : {"[mondeq.dense] { units: 1 }", "[mondeq.dense] { units: 2 }",
                         "[mondeq.dense] { units: 3 }", "[mondeq.dense] { units: 10 }"}) {
    for (int s = 0; s < 4; ++s) {
      SCOPED_TRACE(absl::StrCat(op, " ", kSigmas[s]));
      const auto sigma = ParseSlot<NonlinearityConfig>(kSigmas[s]);
      Problem problem(ParseSlot<OperatorConfig>(op), sigma, GetParam().dtype);
      Problem exact(ParseSlot<OperatorConfig>(op), sigma, DType::kFloat64);
      for (int i = 0; i < models; ++i) {
        Draw(&problem, &exact);
        Reference reference(&exact);
        const MatrixXd b = problem.RandomState(1);
        MatrixXd z, expected;
        const SolveStats stats =
            problem.SolveForward(*method_, b, Rule(GetParam().dtype, 1e-2, 300), &z);
        if (!stats.converged()) continue;
        ++converged;
        ASSERT_TRUE(reference.Equilibrium(b, &expected));
        const double factor = 1 + reference.l() * std::min(1.0, problem.Alpha(*method_));
        EXPECT_LE((z - expected).norm(), factor * 1e-2 * z.norm()) << z << "\n" << expected;
        if (z.norm() > 0) worst = std::max(worst, (z - expected).norm() / z.norm());
      }
    }
  }
  if (!method_->converges_sublinearly()) EXPECT_GT(converged, models * 16 / 2);
  EXPECT_LE(worst, 0.05);
}

INSTANTIATE_TEST_SUITE_P(All, ClosenessTest, testing::ValuesIn(ExampleCases<SplittingExamples>()),
                         CaseName());

}  // namespace
}  // namespace mondeq
