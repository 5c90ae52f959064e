#include "mondeq/model/model.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "mondeq/model/alpha_policy.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

TEST(ModelTest, GradientsAccumulate) {
  SmallModelOptions options;
  options.dtype = DType::kFloat64;
  SmallModel small(options);
  Model& model = *small.model;
  const Tensor dlogits = small.device->Allocate(DType::kFloat64, model.Forward(small.x).shape());
  small.device->Fill(1, dlogits);
  model.Backward(small.x, dlogits, nullptr);
  const std::vector<double> once = ToDoubles(*small.device, model.parameters().gradients());
  EXPECT_NE(once, std::vector<double>(once.size()));
  model.Backward(small.x, dlogits, nullptr);
  const std::vector<double> twice = ToDoubles(*small.device, model.parameters().gradients());
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_NEAR(twice[i], 2 * once[i], 1e-12);
}

// A start serves one solve.
TEST(ModelTest, BeginsOnceWhereItIsTold) {
  SmallModelOptions options;
  options.dtype = DType::kFloat64;
  options.overrides = {"equilibrium.splitting.tolerance=1e-6"};
  SmallModel small(options);
  Model& model = *small.model;
  model.Forward(small.x);
  const int cold = model.forward_stats().iterations;
  ASSERT_GT(cold, 4);
  model.StartFrom(model.z());
  model.Forward(small.x);
  EXPECT_LE(model.forward_stats().iterations, 3);
  model.Forward(small.x);
  EXPECT_EQ(model.forward_stats().iterations, cold);
}

// The status of making the small model with these changes.
absl::Status Make(const std::vector<std::string>& overrides) {
  SmallModelOptions options;
  options.overrides = overrides;
  return MakeSmallModel(options, MakeTestDevice().get()).status();
}

// The gradients of 1' logits, and how their solve ended.
struct Gradients {
  std::vector<double> values;
  SolveStats stats;
};

Gradients GradientsWith(std::vector<std::string> overrides) {
  SmallModelOptions options;
  options.dtype = DType::kFloat64;
  options.overrides = {"equilibrium.operator.dense.m=0.9", "equilibrium.splitting.tolerance=1e-13",
                       "equilibrium.splitting.max_iterations=10000"};
  options.overrides.insert(options.overrides.end(), overrides.begin(), overrides.end());
  SmallModel small(options);
  Model& model = *small.model;
  ChooseAlphaForWeights(0, &model);
  const Tensor dlogits = small.device->Allocate(DType::kFloat64, model.Forward(small.x).shape());
  small.device->Fill(1, dlogits);
  model.Backward(small.x, dlogits, nullptr);
  return {ToDoubles(*small.device, model.parameters().gradients()), model.backward_stats()};
}

double Distance(const Gradients& a, const Gradients& b) {
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    difference += (a.values[i] - b.values[i]) * (a.values[i] - b.values[i]);
    size += b.values[i] * b.values[i];
  }
  return std::sqrt(difference / size);
}

TEST(ModelTest, GradientsMayHaveAToleranceAndAMethodOfTheirOwn) {
  const Gradients exact = GradientsWith({});
  const Gradients loose = GradientsWith({"equilibrium.gradient.exact={ tolerance: 1e-2 }"});
  EXPECT_LT(loose.stats.iterations, exact.stats.iterations);
  EXPECT_GT(Distance(loose, exact), 1e-6);
  EXPECT_LT(Distance(loose, exact), 3e-2);
  const Gradients few = GradientsWith({"equilibrium.gradient.exact={ max_iterations: 2 }"});
  EXPECT_EQ(few.stats.iterations, 2);
  EXPECT_FALSE(few.stats.converged());
  for (const char* alpha : {"", "alpha { value: 0.7 }"}) {
    const Gradients other = GradientsWith(
        {absl::StrCat("equilibrium.gradient.splitting.douglas_rachford={ ", alpha, " }"),
         "equilibrium.gradient.splitting.tolerance=1e-13",
         "equilibrium.gradient.splitting.max_iterations=10000"});
    EXPECT_TRUE(other.stats.converged());
    EXPECT_NE(other.stats.iterations, exact.stats.iterations);
    EXPECT_LT(Distance(other, exact), 1e-11);
  }
  EXPECT_THAT(
      std::string(
          Make({"equilibrium.gradient.splitting.douglas_rachford.alpha.tune={}"}).message()),
      ::testing::HasSubstr("a value or automatic"));
}

// u = J (W' u + g) by as many terms as are asked for.
TEST(ModelTest, ATruncatedGradientIsASeries) {
  const Gradients exact = GradientsWith({});
  double last = 1;
  for (int steps : {0, 1, 2, 4, 8, 8000}) {
    const Gradients some =
        GradientsWith({absl::StrCat("equilibrium.gradient.truncated.steps=", steps)});
    EXPECT_EQ(some.stats.iterations, steps);
    EXPECT_EQ(some.stats.samples.size(), 16u);
    EXPECT_LT(Distance(some, exact), last) << steps;
    last = Distance(some, exact);
  }
  EXPECT_LT(last, 1e-11);
  // Without a product it is that of the layer sigma(W z* + U x + b) with z* held constant.
  SmallModelOptions options;
  options.dtype = DType::kFloat64;
  options.overrides = {"equilibrium.gradient.truncated={}"};
  SmallModel small(options);
  Model& model = *small.model;
  const Tensor dlogits = small.device->Allocate(DType::kFloat64, model.Forward(small.x).shape());
  small.device->Fill(1, dlogits);
  const std::vector<double> z = ToDoubles(*small.device, model.z());
  model.Backward(small.x, dlogits, nullptr);
  const auto named = [&](const std::string& name) {
    for (const Parameter& parameter : model.parameters().parameters()) {
      if (parameter.name == name) return parameter;
    }
    return Parameter();
  };
  const std::vector<double> db = ToDoubles(*small.device, named("injection.bias").gradient),
                            readout = ToDoubles(*small.device, named("readout.weight").value);
  ASSERT_EQ(readout.size(), 3 * db.size());
  for (std::size_t unit = 0; unit < db.size(); ++unit) {
    const double g = readout[unit] + readout[db.size() + unit] + readout[2 * db.size() + unit];
    double sum = 0;
    for (std::size_t l = 0; l < 16; ++l) sum += z[unit * 16 + l] > 0 ? g : 0;
    EXPECT_NEAR(db[unit], sum, 1e-12);
  }
}

// z* and the gradients of 1' logits, as bits.
std::vector<double> Everything(SmallModel* small, bool certifies) {
  Model& model = *small->model;
  model.set_certifies(certifies, /*improves=*/false);
  const Tensor dlogits = small->device->Allocate(model.dtype(), model.Forward(small->x).shape());
  std::vector<double> all = ToDoubles(*small->device, model.z());
  small->device->Fill(1, dlogits);
  small->device->Fill(0, model.parameters().gradients());
  model.Backward(small->x, dlogits, nullptr);
  for (double value : ToDoubles(*small->device, model.parameters().gradients()))
    all.push_back(value);
  return all;
}

// So training is the same whether its equilibria are certified or not.
TEST(ModelTest, ToCertifyChangesNothingUnlessAsked) {
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
    for (const char* method :
         {"forward_backward", "forward_backward_forward", "forward_reflected_backward", "halpern",
          "peaceman_rachford", "douglas_rachford", "picard"}) {
      SmallModelOptions options;
      options.dtype = dtype;
      options.overrides = {absl::StrCat("equilibrium.splitting={[mondeq.", method, "] {}}"),
                           "equilibrium.splitting.tolerance=0.2",
                           "equilibrium.operator.dense.m=0.5"};
      SmallModel small(options);
      ChooseAlphaForWeights(0, small.model.get());
      const std::vector<double> plain = Everything(&small, /*certifies=*/false);
      EXPECT_EQ(Everything(&small, /*certifies=*/true), plain) << method;
      const std::vector<double> as_it_is = small.model->certificate().error_bound;
      small.model->set_certifies(true);
      small.model->Forward(small.x);
      for (std::size_t l = 0; l < as_it_is.size(); ++l) {
        EXPECT_GT(as_it_is[l], 0);
        EXPECT_LE(small.model->certificate().error_bound[l], as_it_is[l]);
      }
    }
  }
}

TEST(ModelTest, ACertifiedErrorIsACriterion) {
  for (const char* more :
       {"equilibrium.splitting.stopping=PER_SAMPLE", "equilibrium.splitting.stopping=BATCH",
        "equilibrium.gradient.exact={ tolerance: 1e-4 }",
        "equilibrium.gradient.splitting={[mondeq.douglas_rachford] {} "
        "criterion: CERTIFIED_ERROR tolerance: 1e-4}"}) {
    SmallModelOptions options;
    options.dtype = DType::kFloat64;
    options.overrides = {"equilibrium.splitting.criterion=CERTIFIED_ERROR", more};
    SmallModel small(options);
    Model& model = *small.model;
    // It needs not be asked to certify.
    EXPECT_TRUE(model.certifies());
    const std::vector<double> values = Everything(&small, /*certifies=*/false);
    EXPECT_TRUE(model.forward_stats().converged());
    EXPECT_LE(model.certificate().worst(), 1e-3);
    EXPECT_EQ(model.forward_stats().quantity, model.certificate().worst());
    EXPECT_TRUE(model.backward_stats().converged());
    options.overrides = {"equilibrium.splitting.tolerance=1e-12"};
    SmallModel exact(options);
    const std::vector<double> expected = Everything(&exact, /*certifies=*/false);
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      difference += std::pow(values[i] - expected[i], 2);
      size += std::pow(expected[i], 2);
    }
    EXPECT_LE(std::sqrt(difference / size), 1e-2) << more;
  }
}

// In float32 the rounding of U x + b is a part of the bound.
TEST(ModelTest, ACertifiedErrorIsThatOfTheWholeModel) {
  SmallModelOptions options;
  options.overrides = {"equilibrium.splitting.criterion=CERTIFIED_ERROR",
                       "equilibrium.operator.dense.m=0.3"};
  SmallModel small(options);
  options.overrides = {"equilibrium.splitting.tolerance=1e-13", "equilibrium.operator.dense.m=0.3"};
  options.dtype = DType::kFloat64;
  SmallModel exact(options);
  const auto copy = [&](const Tensor& from, const Tensor& to) {
    Assign(*exact.device, ToMatrix(*small.device, from), to);
  };
  copy(small.model->parameters().values(), exact.model->parameters().values());
  exact.model->ParametersChanged();
  copy(small.x, exact.x);
  exact.model->Forward(exact.x);
  const Eigen::MatrixXd z = ToMatrix(*exact.device, exact.model->z());
  for (double tolerance : {0.1, 1e-2, 1e-3, 1e-4, 1e-5}) {
    small.model->stopping_rule().tolerance = tolerance;
    small.model->Forward(small.x);
    const Eigen::MatrixXd found = ToMatrix(*small.device, small.model->z());
    const std::vector<SampleStats>& samples = small.model->forward_stats().samples;
    for (std::size_t l = 0; l < samples.size(); ++l) {
      const auto column = static_cast<Index>(l);
      const double error = (found - z).col(column).norm();
      EXPECT_LE(error, small.model->certificate().error_bound[l]);
      EXPECT_TRUE(samples[l].termination == Termination::kConverged || tolerance < 1e-3);
      if (samples[l].termination == Termination::kConverged) {
        EXPECT_LE(error, tolerance * found.col(column).norm());
      }
    }
  }
}

// What a user gets wrong in a model, and what the message says.
TEST(ModelTest, RefusesShapesThatDoNotFit) {
  const auto refuse = [](const std::string& assignment) {
    const absl::Status status = Make({assignment});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(refuse("equilibrium.injection[0].affine.units=5"),
              ::testing::AllOf(::testing::HasSubstr("equilibrium.injection"),
                               ::testing::HasSubstr("12"), ::testing::HasSubstr("5")));
  EXPECT_THAT(refuse("readout[0].affine.units=4"),
              ::testing::AllOf(::testing::HasSubstr("readout"), ::testing::HasSubstr("3"),
                               ::testing::HasSubstr("4")));
}

TEST(ModelTest, RefusesASearchForAlphaWithNothingToTry) {
  for (const char* method : {"peaceman_rachford", "douglas_rachford", "forward_backward"}) {
    const std::string alpha = absl::StrCat("equilibrium.splitting.", method, ".alpha");
    const absl::Status status = Make({alpha + ".tune={ maximum: 0.1 minimum: 0.5 }"});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()),
                ::testing::AllOf(::testing::HasSubstr("--set equilibrium.splitting."),
                                 ::testing::HasSubstr(method), ::testing::HasSubstr("alpha"),
                                 ::testing::HasSubstr("found maximum 0.1 and minimum 0.5")));
    // A search may have a single alpha to try.
    EXPECT_TRUE(Make({alpha + ".tune={ maximum: 0.5 minimum: 0.5 }"}).ok());
    // This maximum is below the default minimum.
    EXPECT_FALSE(Make({alpha + ".tune={ maximum: 1e-5 }"}).ok());
  }
}

// Runs of earlier versions have this field in their experiment.textproto.
TEST(ModelTest, AFieldThatIsNoMoreIsPassedOver) {
  ModelConfig config;
  ConfigSource source;
  const absl::Status status =
      ParseConfig("classes: 3 deterministic: true", "test", {}, &config, &source);
  EXPECT_THAT(std::string(status.message()), ::testing::Not(::testing::HasSubstr("deterministic")));
  EXPECT_EQ(config.classes(), 3);
}

}  // namespace
}  // namespace mondeq
