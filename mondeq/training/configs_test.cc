// The models and trainings of configs/*.textproto; that each is valid is tested in configs/BUILD.
#include <filesystem>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/dataset.h"
#include "mondeq/device/cpu/cpu_device.h"
#include "mondeq/training/experiment.h"
#include "mondeq/training/schedule.h"
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
  return built;
}

// The parameters of every config's model.
const std::map<std::string, Index>& ParameterCounts() {
  static const auto* counts = new std::map<std::string, Index>{
      // Winston & Kolter (2020), table 1. They print 84,460 for mnist_conv, which is 56 channels.
      {"mnist_dense", 84313},
      {"mnist_conv", 79500},
      {"mnist_multi_tier", 81394},
      {"svhn_conv", 172218},
      {"svhn_multi_tier", 170194},
      {"cifar10_conv", 172218},
      {"cifar10_multi_tier", 170194},
      {"cifar10_conv_large", 853612},
      {"cifar10_multi_tier_large", 1014546},
      // Ours.
      {"mnist_dense_picard", 84313},
      {"fashion_mnist_dense", 84313},
      {"fashion_mnist_conv", 79500},
      {"cifar10_conv_quick", 15308},
      {"quickstart", 44074},
  };
  return *counts;
}

TEST(Configs, CanBeBuiltAndHaveTheirParameters) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("configs")) {
    if (entry.path().extension() != ".textproto") continue;
    const Built built = Build(entry.path());
    const std::string name = entry.path().stem();
    EXPECT_EQ(built.experiment.name(), name) << "a config is called as its file";
    const auto count = ParameterCounts().find(name);
    ASSERT_NE(count, ParameterCounts().end()) << "how many parameters is " << name << " to have?";
    EXPECT_EQ(built.model->parameters().count(), count->second) << name;
    names.insert(name);
  }
  for (const auto& [name, count] : ParameterCounts()) EXPECT_EQ(names.count(name), 1u) << name;
}

// What the experiments of Winston & Kolter (2020) have in common, and their learning rates: at
// first, in the 11th epoch, in the 26th and at the end.
struct PaperExperiment {
  const char* name;
  Index epochs;
  std::vector<double> learning_rates;
};

TEST(Configs, TrainAsThePaperDoes) {
  const std::vector<double> by_10{1e-3, 1e-4, 1e-5, 1e-6}, by_25{1e-3, 1e-3, 1e-4, 1e-4};
  const double third = 1.0 / 3;
  const std::vector<PaperExperiment> experiments{
      {"mnist_dense", 40, by_10},
      {"mnist_conv", 40, by_10},
      {"mnist_multi_tier", 40, by_10},
      {"svhn_conv", 40, by_25},
      {"svhn_multi_tier", 40, by_10},
      {"cifar10_conv", 40, by_25},
      {"cifar10_multi_tier", 40, {1e-2, 1e-3, 1e-4, 1e-5}},
      {"cifar10_conv_large", 65, {1e-3, 4e-3, 1e-3 + 9e-3 * 5 * third / 2, 1e-3}},
      {"cifar10_multi_tier_large",
       65,
       {1e-3, 1e-3 + 49e-3 * third, 1e-3 + 49e-3 * 5 * third / 2, 1e-3}},
  };
  for (const PaperExperiment& paper : experiments) {
    SCOPED_TRACE(paper.name);
    const Built built = Build(absl::StrCat("configs/", paper.name, ".textproto"));
    const Experiment& experiment = built.experiment;
    const SplittingConfig& splitting = experiment.model().equilibrium().splitting();
    EXPECT_EQ(built.model->op().m(), 1);
    EXPECT_EQ(built.model->method_name(), "mondeq.peaceman_rachford");
    EXPECT_EQ(splitting.tolerance(), 1e-2);
    EXPECT_EQ(splitting.max_iterations(), 300);
    EXPECT_EQ(experiment.data().batch_size(), 128);
    EXPECT_EQ(experiment.data().test_batch_size(), 400);
    EXPECT_EQ(experiment.data().augmentation_size(), paper.epochs == 65 ? 2 : 0);
    EXPECT_EQ(experiment.training().epochs(), paper.epochs);
    const auto schedule =
        *Registry<Schedule>::Create(experiment.training().schedule(), built.source, {});
    std::vector<double> rates;
    for (Index epoch : {Index{0}, Index{10}, Index{25}, paper.epochs - 1}) {
      rates.push_back(schedule->At({epoch * 100, 100, paper.epochs}).learning_rate);
    }
    EXPECT_THAT(rates, testing::Pointwise(testing::DoubleNear(1e-12), paper.learning_rates));
  }
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
