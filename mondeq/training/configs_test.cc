// Every configs/*.textproto can be read and built.
#include <filesystem>

#include "gmock/gmock.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/dataset.h"
#include "mondeq/device/cpu/cpu_device.h"
#include "mondeq/training/experiment.h"
#include "mondeq/training/optimizer.h"
#include "mondeq/training/trainer.h"

namespace mondeq {
namespace {

struct Built {
  Experiment experiment;
  ConfigSource source;
  std::unique_ptr<Dataset> dataset;
  std::unique_ptr<Device> device;
  std::unique_ptr<Model> model;
};

Built Build(const std::string& path, const std::vector<std::string>& overrides = {}) {
  Built built;
  ConfigSource& source = built.source;
  const absl::Status status = LoadConfig(path, overrides, &built.experiment, &source);
  EXPECT_TRUE(status.ok()) << status;
  const Experiment& experiment = built.experiment;
  auto dataset = Registry<Dataset>::Create(experiment.data(), source, {});
  EXPECT_TRUE(dataset.ok()) << dataset.status();
  built.dataset = *std::move(dataset);
  const auto shape = ModelShape(experiment.model(), source, built.dataset.get());
  EXPECT_TRUE(shape.ok()) << shape.status();
  built.device = MakeCpuDevice(1);
  auto model =
      Model::Create(experiment.model(), source, *shape, built.device.get(), DType::kFloat32, 1);
  EXPECT_TRUE(model.ok()) << model.status();
  built.model = *std::move(model);
  const auto optimizer = Registry<Optimizer>::Create(
      experiment.training().optimizer(), source,
      {&built.model->parameters(), built.device.get(), DType::kFloat32});
  EXPECT_TRUE(optimizer.ok()) << optimizer.status();
  const auto schedule = Registry<Schedule>::Create(experiment.training().schedule(), source, {});
  EXPECT_TRUE(schedule.ok()) << schedule.status();
  return built;
}

TEST(Configs, CanBeBuilt) {
  int configs = 0;
  for (const auto& entry : std::filesystem::directory_iterator("configs")) {
    if (entry.path().extension() != ".textproto") continue;
    const Built built = Build(entry.path());
    EXPECT_EQ(built.experiment.name(), entry.path().stem()) << "a config is called as its file";
    ++configs;
  }
  EXPECT_GE(configs, 2);
}

// Winston & Kolter (2020), table 1.
TEST(Configs, MnistDenseIsThePapers) {
  const Built built = Build("configs/mnist_dense.textproto");
  EXPECT_EQ(built.model->parameters().count(), 84313);
  EXPECT_EQ(built.model->op().dim(), 87);
  EXPECT_EQ(built.experiment.training().epochs(), 40);
  EXPECT_EQ(built.experiment.data().batch_size(), 128);
}

// Test accuracy after a short run on fewer samples.
double ShortRun(std::vector<std::string> overrides) {
  overrides.insert(overrides.end(), {"data.digits.train_count=4000", "data.digits.test_count=1000",
                                     "training.epochs=4"});
  Built built = Build("configs/quickstart.textproto", overrides);
  const auto loader = [&](Split split) {
    return Loader(std::make_shared<Samples>(*built.dataset->Load(split)),
                  built.dataset->normalization(), built.experiment.data().batch_size(), 1,
                  split == Split::kTrain);
  };
  Loader train = loader(Split::kTrain), test = loader(Split::kTest);
  TrainingObserver nobody;
  const auto trainer =
      *Trainer::Create(built.experiment, built.source, built.model.get(), &train, &test);
  EXPECT_TRUE(trainer->Run(&nobody).ok());
  return trainer->history().back().test_accuracy;
}

// Were the data of the quickstart linearly separable, it would show nothing.
TEST(Configs, QuickstartIsClearlyBetterThanLinear) {
  const double linear =
      ShortRun({"model.equilibrium.nonlinearity.hard_tanh={ minimum: -1e6 maximum: 1e6 }"});
  EXPECT_GT(linear, 0.5);
  EXPECT_GT(ShortRun({}), linear + 0.1);
}

}  // namespace
}  // namespace mondeq
