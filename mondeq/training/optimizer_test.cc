#include "mondeq/training/optimizer.h"

#include <cmath>
#include <set>

#include "gmock/gmock.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/registry.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

// One parameter p with gradient p - target; its optimiser.
class Descent {
 public:
  Descent(const OptimizerConfig& config, const std::vector<double>& start)
      : device_(MakeTestDevice()), target_(start.size(), 0) {
    store_.Add("p", {static_cast<Index>(start.size())}, 0, 0);
    store_.Allocate(*device_, DType::kFloat64, 1);
    device_->CopyFromHost(start.data(), store_.values());
    optimizer_ =
        *Registry<Optimizer>::Create(config, {}, {&store_, device_.get(), DType::kFloat64});
  }

  std::vector<double> Values() {
    std::vector<double> values(target_.size());
    device_->CopyToHost(store_.values(), values.data());
    return values;
  }
  void SetGradient(const std::vector<double>& gradient) {
    device_->CopyFromHost(gradient.data(), store_.gradients());
  }
  void Minimize(int steps, double learning_rate, Index first_step = 1) {
    for (Index i = first_step; i < first_step + steps; ++i) {
      SetGradient(Values());
      optimizer_->Step(i, {learning_rate, {}});
    }
  }
  Optimizer& optimizer() { return *optimizer_; }
  Device& device() { return *device_; }

 private:
  std::unique_ptr<Device> device_;
  ParameterStore store_;
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<double> target_;
};

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

class Conformance : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(
        LoadConfig("mondeq/training/optimizer_examples.textproto", {}, &examples_, &source_).ok());
  }
  OptimizerExamples examples_;
  ConfigSource source_;
};

TEST_F(Conformance, EveryOptimizerHasAnExample) {
  std::set<std::string> seen;
  for (const OptimizerConfig& config : examples_.example()) {
    seen.insert(PluginsIn(config).front()->name());
  }
  EXPECT_THAT(seen, ::testing::ElementsAreArray(Registry<Optimizer>::Names()));
}

TEST_F(Conformance, MinimizesAQuadratic) {
  for (const OptimizerConfig& config : examples_.example()) {
    Descent descent(config, {1.0, -2.0, 0.5});
    descent.Minimize(400, 0.02);
    for (const double p : descent.Values()) EXPECT_NEAR(p, 0, 0.02) << config.ShortDebugString();
  }
}

TEST_F(Conformance, GoesOnFromItsState) {
  for (const OptimizerConfig& config : examples_.example()) {
    Descent whole(config, {1.0, -2.0}), first(config, {1.0, -2.0});
    whole.Minimize(10, 0.01);
    first.Minimize(4, 0.01);
    Descent second(config, first.Values());
    const auto from = first.optimizer().state(), to = second.optimizer().state();
    for (std::size_t i = 0; i < from.size(); ++i) {
      EXPECT_EQ(from[i].name, to[i].name);
      second.device().Copy(from[i].tensor, to[i].tensor);
    }
    second.Minimize(6, 0.01, 5);
    EXPECT_EQ(second.Values(), whole.Values()) << config.ShortDebugString();
  }
}

}  // namespace
}  // namespace mondeq
