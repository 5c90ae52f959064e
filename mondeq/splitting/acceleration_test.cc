// Accelerated methods in the solver (acceleration.h).
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/splitting/problem_testing.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;
using testing::HasSubstr;

constexpr const char* kSigmas[] = {"[mondeq.relu] {}", "[mondeq.tanh] {}", "[mondeq.leaky_relu] {}",
                                   "[mondeq.soft_threshold] { lambda: 0.3 }"};

std::unique_ptr<SplittingMethod> Anderson(const std::string& around, int memory = 5) {
  return Create<SplittingMethod>(
      absl::StrCat("[mondeq.anderson] { memory: ", memory, " around { ", around, " } }"), {});
}

// Iterations of a method and of the acceleration around it.
struct Counts {
  double plain = 0, accelerated = 0;
  int most_behind = 0;  // of a sample
};

// Those to a tolerance of 1e-6 on random dense problems, which both reach.
Counts Compare(const std::string& text, double m, Direction direction) {
  const auto plain = Create<SplittingMethod>(text, {}), accelerated = Anderson(text);
  Random random(5);
  Counts counts;
  for (const char* sigma : kSigmas) {
    for (int i = 0; i < Trials(8, 1); ++i) {
      Problem problem(
          ParseSlot<OperatorConfig>(absl::StrCat("[mondeq.dense] { units: 20 m: ", m, " }")),
          ParseSlot<NonlinearityConfig>(sigma), DType::kFloat64);
      Assign(*problem.device_, RandomMatrix(problem.store_.count(), 1, &random, 0.3),
             problem.store_.values());
      problem.op_->ParametersChanged();
      const MatrixXd b = problem.RandomState(6);
      const ProxMap prox(problem.sigma_.get());
      const ProxMap linear(problem.sigma_.get(),
                           FromMatrix(*problem.device_, DType::kFloat64, problem.Sigma(b)));
      StoppingRule rule = Rule(DType::kFloat64, 1e-6, 100000);
      rule.check_every = 1;
      SolveStats stats[2];
      MatrixXd z[2];
      for (int which : {0, 1}) {
        const SplittingMethod& method = which == 0 ? *plain : *accelerated;
        stats[which] = problem.Solve(direction, direction == Direction::kForward ? prox : linear,
                                     method, problem.Alpha(method), b, rule, &z[which]);
        EXPECT_TRUE(stats[which].converged()) << text << " " << sigma << " " << m;
      }
      EXPECT_LE(RelativeError(z[1], z[0]), 2e-5);
      for (std::size_t l = 0; l < 6; ++l) {
        const int slow = stats[0].samples[l].iterations, fast = stats[1].samples[l].iterations;
        counts.plain += slow;
        counts.accelerated += fast;
        counts.most_behind = std::max(counts.most_behind, fast - slow);
      }
    }
  }
  std::printf("%s, m %g: %.0f iterations become %.0f; a sample at most %d behind\n", text.c_str(),
              m, counts.plain, counts.accelerated, counts.most_behind);
  return counts;
}

constexpr const char* kAround[] = {"[mondeq.peaceman_rachford] {}", "[mondeq.douglas_rachford] {}",
                                   "[mondeq.forward_backward] {}"};

// What the safeguard promises is in mixer_test; the method alone is often ahead of its own bound.
TEST(AccelerationTest, ConvergesWhereTheMethodDoesAndHardlyLater) {
  for (const char* text : kAround) {
    for (Direction direction : {Direction::kForward, Direction::kAdjoint})
      EXPECT_LE(Compare(text, 1, direction).most_behind, 2) << text;
  }
}

// With a small m the methods are slow, and the directions in which they are few.
TEST(AccelerationTest, SavesIterationsWhereTheMethodIsSlow) {
  for (const char* text : {kAround[0], kAround[1]}) {
    const Counts counts = Compare(text, 0.05, Direction::kForward);
    EXPECT_LE(counts.accelerated, 0.7 * counts.plain) << text;
  }
}

TEST(AccelerationTest, ASampleDoesNotDependOnItsBatch) {
  Problem problem(ParseSlot<OperatorConfig>("[mondeq.dense] { units: 20 m: 0.05 }"),
                  ParseSlot<NonlinearityConfig>(kSigmas[0]), DType::kFloat64);
  MatrixXd b = problem.RandomState(6);
  for (Index l = 0; l < 6; ++l) b.col(l) *= std::pow(10.0, static_cast<double>(l - 3));
  const StoppingRule rule = Rule(DType::kFloat64, 1e-5, 10000);
  for (const char* text : {"[mondeq.anderson] {}",
                           "[mondeq.anderson] { memory: 2 around { "
                           "[mondeq.douglas_rachford] {} } }"}) {
    const auto method = Create<SplittingMethod>(text, {});
    MatrixXd together, alone;
    const SolveStats all = problem.SolveForward(*method, b, rule, &together);
    for (Index l = 0; l < 6; ++l) {
      const SolveStats one = problem.SolveForward(*method, b.col(l), rule, &alone);
      EXPECT_EQ(one.iterations, all.samples[static_cast<std::size_t>(l)].iterations) << text;
      // The combination multiplies rounding by its weights.
      EXPECT_LE(RelativeError(together.col(l), alone), 1e-9) << text;
    }
  }
}

TEST(AccelerationTest, WithoutMemoryItIsTheMethod) {
  for (const char* around : kAround) {
    Problem problem(ParseSlot<OperatorConfig>("[mondeq.dense] { units: 20 }"),
                    ParseSlot<NonlinearityConfig>(kSigmas[1]), DType::kFloat32);
    const MatrixXd b = problem.RandomState(6);
    MatrixXd plain, none;
    const StoppingRule rule = Rule(DType::kFloat32, 1e-3, 1000);
    const SolveStats stats =
        problem.SolveForward(*Create<SplittingMethod>(around, {}), b, rule, &plain);
    EXPECT_EQ(problem.SolveForward(*Anderson(around, 0), b, rule, &none).iterations,
              stats.iterations);
    EXPECT_EQ(none, plain);
  }
}

// What ends at max_iterations is not made of a state of which nobody knows the residual.
TEST(AccelerationTest, TheLastIterationIsPlain) {
  Problem problem(ParseSlot<OperatorConfig>("[mondeq.dense] { units: 20 m: 0.05 }"),
                  ParseSlot<NonlinearityConfig>(kSigmas[0]), DType::kFloat64);
  const MatrixXd b = problem.RandomState(3);
  const auto plain = Create<SplittingMethod>(kAround[0], {}), mixed = Anderson(kAround[0]);
  MatrixXd z[2];
  // The first mixed state is that of the third residual.
  for (int iterations : {4, 5}) {
    const StoppingRule rule = Rule(DType::kFloat64, 1e-300, iterations);
    problem.SolveForward(*plain, b, rule, &z[0]);
    problem.SolveForward(*mixed, b, rule, &z[1]);
    EXPECT_EQ(z[0] == z[1], iterations == 4);
  }
}

std::string ErrorOf(const std::string& config) {
  const auto made = Registry<SplittingMethod>::Create(
      ParseSlot<SplittingConfig>("[mondeq.anderson] { " + config + " }"), ConfigSource(), {});
  return made.ok() ? "" : std::string(made.status().message());
}

TEST(AccelerationTest, SaysWhatItCannotGoAround) {
  for (const char* method :
       {"halpern", "forward_backward_forward", "forward_reflected_backward", "forward_backward"}) {
    const std::string relaxed = std::string(method) == "forward_backward" ? "relaxation: 0.5" : "";
    EXPECT_THAT(ErrorOf(absl::StrCat("around { [mondeq.", method, "] { ", relaxed, " } }")),
                testing::AllOf(HasSubstr(method), HasSubstr("expected douglas_rachford")));
  }
  for (const char* around :
       {"[mondeq.anderson] {}", "[mondeq.anderson] { memory: 0 }", "[mondeq.broyden] {}"}) {
    EXPECT_THAT(ErrorOf(absl::StrCat("around { ", around, " }")), HasSubstr("not once more"));
  }
  EXPECT_THAT(ErrorOf("around { [mondeq.picard] {} tolerance: 0.1 }"),
              HasSubstr("tolerance is of the whole iteration"));
  EXPECT_EQ(ErrorOf("around { [mondeq.picard] {} }"), "");
}

TEST(AccelerationTest, IsWhatItIsAround) {
  const auto inner =
      Create<SplittingMethod>("[mondeq.forward_backward] { alpha { value: 2 } }", {});
  const auto outer = Anderson("[mondeq.forward_backward] { alpha { value: 2 } }");
  EXPECT_EQ(outer->alpha().value(), 2);
  EXPECT_EQ(outer->AutomaticAlpha(0.5, 3), inner->AutomaticAlpha(0.5, 3));
  EXPECT_EQ(outer->AlphaBound(0.5, 3), inner->AlphaBound(0.5, 3));
  // The distance of mixed states need not fall in every iteration.
  EXPECT_EQ(outer->ContractionFactor(0.1, 0.5, 3), 1);
  EXPECT_TRUE(outer->converges_always());
  const auto baseline = Anderson("[mondeq.picard] {}");
  EXPECT_FALSE(baseline->converges_always());
  EXPECT_FALSE(baseline->takes_alpha());
}

}  // namespace
}  // namespace mondeq
