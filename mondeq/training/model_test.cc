#include "mondeq/training/model.h"

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

// What a user gets wrong in a model, and what the message says.
TEST(Model, RefusesShapesThatDoNotFit) {
  const auto refuse = [](const std::string& assignment) {
    Lab lab;
    Experiment experiment;
    ConfigSource source;
    const absl::Status parsed = ParseConfig(ToTextproto(lab.experiment), "lab.textproto",
                                            {assignment}, &experiment, &source);
    EXPECT_TRUE(parsed.ok()) << parsed;
    const auto model = Model::Create(experiment.model(), source, {Features::Flat(10), 3},
                                     lab.device.get(), DType::kFloat32, 1);
    EXPECT_EQ(model.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(model.status().message());
  };
  EXPECT_THAT(refuse("model.equilibrium.injection[0].affine.units=5"),
              ::testing::AllOf(::testing::HasSubstr("model.equilibrium.injection"),
                               ::testing::HasSubstr("12"), ::testing::HasSubstr("5")));
  EXPECT_THAT(refuse("model.readout[0].affine.units=4"),
              ::testing::AllOf(::testing::HasSubstr("model.readout"), ::testing::HasSubstr("3"),
                               ::testing::HasSubstr("4")));
}

}  // namespace
}  // namespace mondeq
