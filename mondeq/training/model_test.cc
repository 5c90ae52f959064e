#include "mondeq/model/model.h"

#include "gmock/gmock.h"
#include "mondeq/training/lab.h"
#include "mondeq/training/loss.h"

namespace mondeq {
namespace {

// One step in float32, to a tolerance that rounding cannot tip over.
TEST(Model, ThreadsAgreeToRounding) {
  std::vector<double> reference;
  for (const int threads : {1, 2, 3}) {
    LabOptions options;
    options.threads = threads;
    options.samples = 75;
    options.batch_size = 75;
    options.overrides = {"model.equilibrium.splitting.tolerance=1e-6", "training.optimizer.sgd={}",
                         "training.epochs=1"};
    Lab lab(options);
    TrainingObserver nobody;
    ASSERT_TRUE(lab.MakeTrainer()->Run(&nobody).ok());
    const std::vector<double> values = ParameterValues(*lab.model);
    if (reference.empty()) reference = values;
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], reference[i], 1e-5);
  }
}

TEST(Model, GradientsAccumulate) {
  LabOptions options;
  options.dtype = DType::kFloat64;
  Lab lab(options);
  Batch batch(lab.device.get(), DType::kFloat64);
  batch.Load(*lab.train, 0);
  CrossEntropy loss(lab.device.get());
  const Tensor dlogits = lab.device->Allocate(DType::kFloat64, {3, batch.count()});
  loss.Compute(lab.model->Forward(batch.x()), batch.labels(), &dlogits);
  lab.model->Backward(batch.x(), dlogits, nullptr);
  const std::vector<double> once = ToDoubles(*lab.device, lab.model->parameters().gradients());
  lab.model->Backward(batch.x(), dlogits, nullptr);
  const std::vector<double> twice = ToDoubles(*lab.device, lab.model->parameters().gradients());
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_NEAR(twice[i], 2 * once[i], 1e-12);
}

// The status of making a model of the lab's experiment with these changes.
absl::Status Make(const std::vector<std::string>& overrides) {
  Lab lab;
  Experiment experiment;
  ConfigSource source;
  const absl::Status parsed =
      ParseConfig(ToTextproto(lab.experiment), "lab.textproto", overrides, &experiment, &source);
  EXPECT_TRUE(parsed.ok()) << parsed;
  return Model::Create(experiment.model(), source, {Features::Flat(10), 3}, lab.device.get(),
                       DType::kFloat32, 1)
      .status();
}

// What a user gets wrong in a model, and what the message says.
TEST(Model, RefusesShapesThatDoNotFit) {
  const auto refuse = [](const std::string& assignment) {
    const absl::Status status = Make({assignment});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(refuse("model.equilibrium.injection[0].affine.units=5"),
              ::testing::AllOf(::testing::HasSubstr("model.equilibrium.injection"),
                               ::testing::HasSubstr("12"), ::testing::HasSubstr("5")));
  EXPECT_THAT(refuse("model.readout[0].affine.units=4"),
              ::testing::AllOf(::testing::HasSubstr("model.readout"), ::testing::HasSubstr("3"),
                               ::testing::HasSubstr("4")));
}

TEST(Model, RefusesASearchForAlphaWithNothingToTry) {
  for (const char* method : {"peaceman_rachford", "douglas_rachford", "forward_backward"}) {
    const std::string alpha = absl::StrCat("model.equilibrium.splitting.", method, ".alpha");
    const absl::Status status = Make({alpha + ".tune={ maximum: 0.1 minimum: 0.5 }"});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()),
                ::testing::AllOf(::testing::HasSubstr("--set model.equilibrium.splitting."),
                                 ::testing::HasSubstr(method), ::testing::HasSubstr("alpha"),
                                 ::testing::HasSubstr("found maximum 0.1 and minimum 0.5")));
    // One alpha to try is a search.
    EXPECT_TRUE(Make({alpha + ".tune={ maximum: 0.5 minimum: 0.5 }"}).ok());
    // Below the default minimum.
    EXPECT_FALSE(Make({alpha + ".tune={ maximum: 1e-5 }"}).ok());
  }
}

}  // namespace
}  // namespace mondeq
