// What single optimisers do; what holds for every one is in optimizer_conformance.cc.
#include "mondeq/training/optimizer.h"

#include <cmath>

#include "gmock/gmock.h"
#include "mondeq/core/config_source.h"
#include "mondeq/training/descent_testing.h"

namespace mondeq {
namespace {

OptimizerConfig Parse(const std::string& text) {
  OptimizerConfig config;
  ConfigSource source;
  EXPECT_TRUE(ParseConfig(text, "test", {}, &config, &source).ok());
  return config;
}

TEST(Adam, FollowsItsFormula) {
  Descent descent(Parse("[mondeq.adam] {}"), {1.0});
  double p = 1, m = 0, v = 0;
  for (int t = 1; t <= 20; ++t) {
    const double g = std::sin(t), beta1 = t < 10 ? 0.9 : 0.8;
    m = beta1 * m + (1 - beta1) * g;
    v = 0.999 * v + 0.001 * g * g;
    const double m_hat = m / (1 - std::pow(beta1, t)), v_hat = v / (1 - std::pow(0.999, t));
    p -= 0.1 * m_hat / (std::sqrt(v_hat) + 1e-8);
    descent.SetGradient({g});
    // A schedule's momentum is beta1; without one it is the config's.
    descent.optimizer().Step(t, t < 10 ? Rates{0.1, {}} : Rates{0.1, 0.8});
    EXPECT_NEAR(descent.Values()[0], p, 1e-13);
  }
}

TEST(Adam, FirstStepIsTheLearningRate) {
  Descent descent(Parse("[mondeq.adam] {}"), {1.0, 1.0, 1.0});
  descent.SetGradient({1e-3, -50, 0});
  descent.optimizer().Step(1, {0.01, {}});
  EXPECT_THAT(descent.Values(),
              ::testing::Pointwise(::testing::DoubleNear(1e-6), {1 - 0.01, 1 + 0.01, 1.0}));
}

// AdamW: the parameter decays by itself, and Adam's step is that of the bare gradient.
TEST(Adam, DecaysApartFromTheGradient) {
  Descent decoupled(Parse("[mondeq.adam] { weight_decay: 0.5 decoupled_weight_decay: true }"),
                    {1.0, -2.0}),
      bare(Parse("[mondeq.adam] {}"), {1.0, -2.0});
  std::vector<double> p = {1.0, -2.0}, before = bare.Values();
  for (int t = 1; t <= 10; ++t) {
    for (Descent* const descent : {&decoupled, &bare}) {
      descent->SetGradient({std::sin(t), std::cos(t)});
      descent->optimizer().Step(t, {0.1, {}});
    }
    const std::vector<double> after = bare.Values();
    for (std::size_t i = 0; i < p.size(); ++i) p[i] += after[i] - before[i] - 0.1 * 0.5 * p[i];
    before = after;
    EXPECT_THAT(decoupled.Values(), ::testing::Pointwise(::testing::DoubleNear(1e-13), p));
  }
}

// At the ends of their ranges its numbers still mean something in float32.
TEST(Adam, MovesAtTheEndsOfItsRanges) {
  for (const char* const config :
       {"[mondeq.adam] { epsilon: 1e-16 }", "[mondeq.adam] { epsilon: 1 }",
        "[mondeq.adam] { beta1: 0 beta2: 0.5 }", "[mondeq.adam] { beta1: 0.9999 }",
        "[mondeq.adam] { beta2: 0.999999 }", "[mondeq.adam] { weight_decay: 100 }"}) {
    Descent descent(Parse(config), {1.0, 0.0}, DType::kFloat32);
    descent.Minimize(100, 0.01);
    EXPECT_LT(descent.Values()[0], 0.9) << config;
    EXPECT_GT(descent.Values()[0], -0.5) << config;
    EXPECT_EQ(descent.Values()[1], 0) << config;
  }
}

TEST(Optimizers, RefuseWhatFreezesOrBreaksThem) {
  for (const char* const config :
       {"[mondeq.adam] { epsilon: 1e-300 }", "[mondeq.adam] { epsilon: 0 }",
        "[mondeq.adam] { beta1: 0.9999999999 }", "[mondeq.adam] { beta2: 0.9999999999 }",
        "[mondeq.adam] { beta2: 1 }", "[mondeq.adam] { beta2: 0 }",
        "[mondeq.adam] { weight_decay: 1e30 }", "[mondeq.sgd] { momentum: 0.9999999999 }",
        "[mondeq.sgd] { weight_decay: 1e30 }"}) {
    OptimizerConfig parsed;
    ConfigSource source;
    const absl::Status status = ParseConfig(config, "test", {}, &parsed, &source);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << config;
  }
}

TEST(Sgd, FollowsItsFormula) {
  for (const bool nesterov : {false, true}) {
    Descent descent(Parse(nesterov ? "[mondeq.sgd] { nesterov: true }" : "[mondeq.sgd] {}"), {1.0});
    double p = 1, velocity = 0;
    for (int t = 1; t <= 20; ++t) {
      const double g = std::cos(t), momentum = t < 10 ? 0.9 : 0.5;
      velocity = momentum * velocity + g;
      p -= 0.1 * (nesterov ? g + momentum * velocity : velocity);
      descent.SetGradient({g});
      descent.optimizer().Step(t, t < 10 ? Rates{0.1, {}} : Rates{0.1, 0.5});
      EXPECT_NEAR(descent.Values()[0], p, 1e-13);
    }
  }
}

TEST(WeightDecay, IsAGradientOfItsOwn) {
  Descent descent(Parse("[mondeq.sgd] { momentum: 0 weight_decay: 0.5 }"), {4.0});
  descent.SetGradient({1.0});
  descent.optimizer().Step(1, {0.1, {}});
  EXPECT_NEAR(descent.Values()[0], 4 - 0.1 * (1 + 0.5 * 4), 1e-15);
}

}  // namespace
}  // namespace mondeq
