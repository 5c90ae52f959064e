// Methods contract at least as fast as they say, on dense matrices by their own forms.
#include "mondeq/splitting/contraction.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "Eigen/LU"
#include "Eigen/SVD"
#include "gtest/gtest.h"
#include "mondeq/splitting/problem_testing.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

// The iteration of splitting_method.h, as on paper.
class Iterator {
 public:
  Iterator(const SplittingMethod& method, double alpha, const MatrixXd& b, Problem* problem)
      : method_(method), alpha_(alpha), problem_(*problem) {
    const MatrixXd w = problem->W(), identity = MatrixXd::Identity(w.rows(), w.rows());
    const Multiplier m = method.multiplier(alpha);
    const MatrixXd v = (identity + alpha * (identity - w)).inverse();
    m_ = m.identity * identity + m.factor * (m.is_resolvent() ? v : w);
    c_ = m.is_resolvent() ? MatrixXd(m.factor * alpha * v * b) : MatrixXd(m.factor * b);
  }

  void StartFrom(const MatrixXd& r) { r_ = q_ = z_ = r, k_ = 0; }
  // What the iteration goes on with.
  MatrixXd TwoSteps() {
    MatrixXd state;
    for (int i = 0; i < 2; ++i) state = Step();
    return state;
  }

 private:
  MatrixXd Step() {
    const PointwiseStep step = method_.At(k_++, alpha_);
    const MatrixXd v = m_ * r_ + c_, none = MatrixXd::Zero(v.rows(), v.cols());
    const auto form = [&](const LinearForm& f, const MatrixXd& p, const MatrixXd& z_next) {
      return MatrixXd(f.v * v + f.q * q_ + f.z * z_ + f.p * p + f.z_next * z_next);
    };
    const MatrixXd p = form(step.argument, none, none),
                   z_next = step.prox ? problem_.Prox(alpha_, p) : p,
                   q_next = form(step.memory, p, z_next), r_next = form(step.next, p, z_next);
    q_ = q_next, r_ = r_next, z_ = z_next;
    return step.remembers_argument() ? p : r_;
  }

  const SplittingMethod& method_;
  double alpha_;
  Problem& problem_;
  MatrixXd m_, c_, r_, q_, z_;
  int k_ = 0;
};

class ContractionTest : public testing::TestWithParam<const char*> {};

// The largest share of the guaranteed factor that two iterations leave of a sample's distance.
double LargestShare(double factor, const MatrixXd& b, Iterator* iterator, Problem* problem) {
  iterator->StartFrom(MatrixXd::Zero(b.rows(), b.cols()));
  MatrixXd fixed = iterator->TwoSteps();
  for (int i = 0; i < 3000; ++i) {
    const MatrixXd last = fixed;
    fixed = iterator->TwoSteps();
    if ((fixed - last).norm() <= 1e-13 * fixed.norm()) break;
  }
  iterator->StartFrom(10 * problem->RandomState(b.cols()));
  // The first state is not yet one that the method makes.
  MatrixXd state = iterator->TwoSteps();
  double share = 0;
  for (int i = 0; i < 50; ++i) {
    const MatrixXd next = iterator->TwoSteps();
    for (Index l = 0; l < b.cols(); ++l) {
      const double before = (state - fixed).col(l).norm(), after = (next - fixed).col(l).norm();
      if (before < 1e-5 * (1 + fixed.norm())) continue;
      share = std::max(share, after / before / (factor * factor));
    }
    state = next;
  }
  return share;
}

TEST_P(ContractionTest, IsNeverSlowerThanItsFactor) {
  const auto method = Create<SplittingMethod>(GetParam(), {});
  double largest = 0;
  int guaranteed = 0;
  const std::pair<const char*, const char*> problems[] = {
      {"[mondeq.dense] { units: 12 m: 1 }", "[mondeq.relu] {}"},
      {"[mondeq.dense] { units: 12 m: 1 }", "[mondeq.tanh] {}"},
      {"[mondeq.dense] { units: 12 m: 0.5 }", "[mondeq.leaky_relu] {}"},
      {"[mondeq.conv] { channels: 1 m: 1 }", "[mondeq.relu] {}"}};
  for (const auto& [op, sigma] : problems) {
    Problem problem(ParseSlot<OperatorConfig>(op), ParseSlot<NonlinearityConfig>(sigma),
                    DType::kFloat64);
    const MatrixXd b = problem.RandomState(5), w = problem.W();
    const double m = problem.op_->m(),
                 l = Eigen::JacobiSVD<MatrixXd>(MatrixXd::Identity(w.rows(), w.rows()) - w)
                         .singularValues()(0);
    for (double times : {0.3, 1.0, 1.2, 1.9}) {
      const double alpha = times * method->AutomaticAlpha(m, l),
                   factor = method->ContractionFactor(alpha, m, l);
      if (!(factor < 1)) continue;
      ++guaranteed;
      Iterator iterator(*method, alpha, b, &problem);
      largest = std::max(largest, LargestShare(factor, b, &iterator, &problem));
    }
  }
  std::printf("at most %.3f of the factor's square in two iterations\n", largest);
  EXPECT_LE(largest, 1 + 1e-9);
  EXPECT_GE(guaranteed, 12);
}

INSTANTIATE_TEST_SUITE_P(Methods, ContractionTest,
                         testing::Values("[mondeq.peaceman_rachford] {}",
                                         "[mondeq.douglas_rachford] {}",
                                         "[mondeq.douglas_rachford] { relaxation: 0.9 }",
                                         "[mondeq.forward_backward] {}",
                                         "[mondeq.forward_backward] { relaxation: 0.6 }",
                                         "[mondeq.forward_backward_forward] {}"));

// The rotation that F is here leaves no slack in either factor.
TEST(Contraction, FactorsAreReached) {
  const double m = 0.3, l = 2;
  MatrixXd f(2, 2);
  const double skew = std::sqrt(l * l - m * m);
  f << m, skew, -skew, m;
  const MatrixXd identity = MatrixXd::Identity(2, 2);
  const auto norm = [](const MatrixXd& a) {
    return Eigen::JacobiSVD<MatrixXd>(a).singularValues()(0);
  };
  for (double alpha : {0.01, 0.1, 0.5, 2.0}) {
    EXPECT_NEAR(ForwardStepFactor(alpha, m, l), norm(identity - alpha * f), 1e-14);
    const double reflection = ReflectionFactor(alpha, m, l);
    EXPECT_NEAR(reflection, norm(2 * (identity + alpha * f).inverse() - identity), 1e-14);
    EXPECT_LE(reflection, std::sqrt(1 - 4 * alpha * m / ((1 + alpha * l) * (1 + alpha * l))));
  }
}

// However weakly monotone F is, the automatic step leaves a share of what the best one for all such
// F guarantees. 1/sqrt(m L) does not.
TEST(Contraction, TheAutomaticStepKeepsAShareOfTheBestGuarantee) {
  const auto gain = [](double alpha, double m, double l) {
    const double factor = ReflectionFactor(alpha, m, l);
    return 1 - factor * factor;
  };
  for (double l : {1e-3, 1.0, 10.0}) {
    for (double ratio : {1e-6, 1e-3, 0.01, 0.1, 1.0}) {
      const double m = ratio * l;
      EXPECT_GE(gain(ReflectionAlpha(m, l), m, l), 0.18 * gain(1 / l, m, l)) << m << " " << l;
      EXPECT_GE(ReflectionAlpha(m, l), 1 / l);
    }
    EXPECT_LT(gain(1 / std::sqrt(1e-3 * l * l), 1e-3 * l, l), 0.18 * gain(1 / l, 1e-3 * l, l));
  }
}

TEST(Contraction, TheAutomaticStepIsThatOfReflections) {
  for (const char* text :
       {"[mondeq.peaceman_rachford] {}", "[mondeq.douglas_rachford] {}", "[mondeq.halpern] {}"}) {
    const auto method = Create<SplittingMethod>(text, {});
    EXPECT_DOUBLE_EQ(method->AutomaticAlpha(0.8, 4), 1.4 / 2) << text;
    EXPECT_DOUBLE_EQ(method->AutomaticAlpha(0.05, 4), 1.4) << text;
    EXPECT_DOUBLE_EQ(method->AutomaticAlpha(0.05, 0.05), 20) << text;
    EXPECT_TRUE(std::isnan(method->AutomaticAlpha(1, std::nan("")))) << text;
  }
  // Nothing of it goes into steps that theory bounds.
  EXPECT_DOUBLE_EQ(
      Create<SplittingMethod>("[mondeq.forward_backward] {}", {})->AutomaticAlpha(1, 4), 1.0 / 16);
}

TEST(Contraction, NoneWhereTheoryGivesNone) {
  for (const char* text : {"[mondeq.halpern] {}", "[mondeq.forward_reflected_backward] {}"})
    EXPECT_EQ(Create<SplittingMethod>(text, {})->ContractionFactor(0.1, 1, 2), 1) << text;
  const double infinite = std::numeric_limits<double>::infinity();
  for (const char* text : {"[mondeq.peaceman_rachford] {}", "[mondeq.forward_backward] {}",
                           "[mondeq.forward_backward_forward] {}"}) {
    const auto method = Create<SplittingMethod>(text, {});
    EXPECT_FALSE(method->ContractionFactor(0.1, 1, infinite) < 1) << text;
    EXPECT_FALSE(method->ContractionFactor(0, 1, 2) < 1) << text;
  }
  for (const char* text :
       {"[mondeq.forward_backward] {}", "[mondeq.forward_backward_forward] {}"}) {
    const auto method = Create<SplittingMethod>(text, {});
    EXPECT_FALSE(method->ContractionFactor(method->AlphaBound(1, 2), 1, 2) < 1) << text;
  }
}

}  // namespace
}  // namespace mondeq
