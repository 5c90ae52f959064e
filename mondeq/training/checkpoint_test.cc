#include "mondeq/training/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "mondeq/core/file.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/testing/test_device.h"
#include "mondeq/training/small_experiment_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

// Interrupts after `steps` steps.
struct Stopper : TrainingObserver {
  explicit Stopper(int steps) : left(steps) {}
  void OnBatch(const BatchProgress&) override { --left; }
  bool Interrupted() override { return left == 0; }
  int left;
};

TrainingObserver* Nobody() {
  static TrainingObserver nobody;
  return &nobody;
}

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest()
      : directory_(absl::StrCat(::testing::TempDir(), "/",
                                ::testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  // A run that stops after `steps` steps.
  absl::Status RunUntil(int steps, const SmallExperimentOptions& options = {}) {
    SmallExperiment small(options);
    const auto trainer = small.MakeTrainer();
    trainer->set_checkpoint_directory(directory_);
    Stopper stopper(steps);
    return trainer->Run(&stopper);
  }
  absl::Status Resume(const SmallExperimentOptions& options = {}) {
    SmallExperiment small(options);
    const auto trainer = small.MakeTrainer();
    trainer->set_checkpoint_directory(directory_);
    return trainer->Resume();
  }

  std::string directory_;
};

// Four epochs at once are bit for bit an interrupted run and its continuation, for every way of
// choosing alpha and optimiser.
TEST_F(CheckpointTest, ResumedRunIsTheWholeRun) {
  const std::vector<std::vector<std::string>> variants = {
      {},
      {"model.equilibrium.splitting.peaceman_rachford.alpha.tune.at_batch=[1]"},
      {"model.equilibrium.splitting.peaceman_rachford.alpha.automatic.every_batches=3",
       "training.optimizer.sgd={}"},
      {"training.schedule.one_cycle={}"}};
  for (std::size_t i = 0; i < variants.size(); ++i) {
    SmallExperimentOptions options;
    options.overrides = variants[i];
    SmallExperiment whole(options), rest(options);
    const auto straight = whole.MakeTrainer(), resumed = rest.MakeTrainer();
    ASSERT_TRUE(straight->Run(Nobody()).ok());

    // Ten steps are two epochs of four batches and half of a third one, which is lost.
    EXPECT_EQ(RunUntil(10, options).code(), absl::StatusCode::kCancelled);
    resumed->set_checkpoint_directory(directory_);
    const absl::Status status = resumed->Resume();
    ASSERT_TRUE(status.ok()) << status;
    ASSERT_EQ(resumed->history().size(), 2u);
    ASSERT_TRUE(resumed->Run(Nobody()).ok());

    EXPECT_EQ(WithoutTime(resumed->history()), WithoutTime(straight->history())) << i;
    EXPECT_EQ(ParameterValues(*rest.model), ParameterValues(*whole.model)) << i;
  }
}

TEST_F(CheckpointTest, RunMayBeProlonged) {
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  SmallExperimentOptions longer;
  longer.overrides = {"training.epochs=9"};
  EXPECT_TRUE(Resume(longer).ok());
}

// What becomes of a schedule that ends with the run is told, and nothing where it stays.
TEST_F(CheckpointTest, ProlongedRunKnowsHowItsScheduleMoves) {
  SmallExperimentOptions options;
  options.overrides = {"training.schedule.one_cycle={ final_epochs: 0 }", "training.epochs=4"};
  ASSERT_EQ(RunUntil(9, options).code(), absl::StatusCode::kCancelled);  // two epochs and a step
  const auto resumed = [&](const std::vector<std::string>& overrides) {
    options.overrides = overrides;
    SmallExperiment small(options);
    const auto trainer = small.MakeTrainer();
    trainer->set_checkpoint_directory(directory_);
    const absl::Status status = trainer->Resume();
    EXPECT_TRUE(status.ok()) << status;
    return trainer->new_layout();
  };
  EXPECT_FALSE(resumed(options.overrides).has_value());
  const auto longer = resumed({options.overrides[0], "training.epochs=8"});
  ASSERT_TRUE(longer.has_value());
  EXPECT_EQ(longer->epochs_before, 4);
  EXPECT_EQ(longer->epochs, 8);
  EXPECT_DOUBLE_EQ(longer->learning_rate_before, 1e-2);  // the peak of four epochs
  EXPECT_DOUBLE_EQ(longer->learning_rate, 5.5e-3);       // half of the way up to that of eight
}

TEST_F(CheckpointTest, ConstantScheduleDoesNotMove) {
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  SmallExperimentOptions longer;
  longer.overrides = {"training.epochs=9"};
  SmallExperiment small(longer);
  const auto trainer = small.MakeTrainer();
  trainer->set_checkpoint_directory(directory_);
  ASSERT_TRUE(trainer->Resume().ok());
  EXPECT_FALSE(trainer->new_layout().has_value());
}

// Versions before the learning rate was written left eleven numbers an epoch, and not their names.
TEST_F(CheckpointTest, HistoryOfEarlierVersionsIsRead) {
  const std::vector<std::string> names = {"epoch",
                                          "train_loss",
                                          "train_accuracy",
                                          "test_loss",
                                          "test_accuracy",
                                          "forward_iterations",
                                          "backward_iterations",
                                          "forward_not_converged",
                                          "backward_not_converged",
                                          "alpha",
                                          "seconds"};
  ASSERT_EQ(RunUntil(9).code(), absl::StatusCode::kCancelled);  // two epochs and a step
  const std::string path = CheckpointPath(directory_);
  Safetensors file = *ReadSafetensors(path);
  const std::vector<std::string> columns = absl::StrSplit(file.metadata.at("history"), ',');
  const std::vector<double> now = file.arrays.at("history").ToDoubles();
  ASSERT_EQ(now.size(), 2 * columns.size());
  std::vector<double> then;
  for (auto row = now.begin(); row != now.end(); row += static_cast<Index>(columns.size())) {
    for (const std::string& name : names) {
      const auto column = std::find(columns.begin(), columns.end(), name);
      // What was counted in batches then is a share of samples now.
      then.push_back(column == columns.end() ? 3 : row[column - columns.begin()]);
    }
  }
  file.metadata.erase("history");
  file.arrays["history"] = HostArray::From<double>({2, 11}, then);
  ASSERT_TRUE(WriteSafetensors(path, file).ok());
  SmallExperiment small;
  const auto trainer = small.MakeTrainer();
  trainer->set_checkpoint_directory(directory_);
  const absl::Status status = trainer->Resume();
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(trainer->history().size(), 2u);
  const EpochMetrics& last = trainer->history()[1];
  EXPECT_EQ(last.epoch, 2);
  EXPECT_EQ(last.train.alpha, then[20]);
  EXPECT_EQ(last.train.seconds, then[21]);
  EXPECT_TRUE(std::isnan(last.train.learning_rate));
}

TEST_F(CheckpointTest, AnotherExperimentIsRefused) {
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  SmallExperimentOptions other;
  other.overrides = {"training.schedule.constant.learning_rate=0.02"};
  const absl::Status status = Resume(other);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(CheckpointPath(directory_)));
  EXPECT_THAT(std::string(status.message()), HasSubstr("learning_rate: 0.01 -> 0.02"));
  EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("\n")));
}

// Another seed, count or order of the samples is other data; where they lie is not.
TEST_F(CheckpointTest, OtherSamplesAreRefused) {
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  SmallExperiment small;
  const auto resume = [&](const Samples& train, const Samples& test) {
    const auto loader = [](const Samples& samples) {
      return Loader(std::make_shared<Samples>(samples), {{0.5f}, {0.25f}}, 16, 1, true);
    };
    Loader train_loader = loader(train), test_loader = loader(test);
    const auto trainer = Trainer::Create(small.experiment, small.source, small.model.get(),
                                         &train_loader, &test_loader);
    (*trainer)->set_checkpoint_directory(directory_);
    return (*trainer)->Resume();
  };
  const Samples &train = small.train->samples(), &test = small.test->samples();
  Samples elsewhere = train, pixel = train, label = train, fewer = train;
  elsewhere.source = "elsewhere";
  EXPECT_TRUE(resume(elsewhere, test).ok());
  pixel.source = "elsewhere";
  pixel.pixels.back() ^= 1;
  std::swap(label.labels[0], label.labels[1]);
  fewer.labels.pop_back();
  fewer.pixels.resize(fewer.pixels.size() - static_cast<std::size_t>(train.features.dim()));
  for (const Samples& other : {pixel, label, fewer}) {
    const absl::Status status = resume(other, test);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()),
                ::testing::StartsWith(CheckpointPath(directory_) +
                                      ": this run is of other training samples: expected 60 of "));
  }
  EXPECT_THAT(
      std::string(resume(pixel, test).message()),
      ::testing::ContainsRegex("found 60 of .* labels [0-9a-f]+, in elsewhere; --data_dir"));
  EXPECT_THAT(std::string(resume(train, pixel).message()), HasSubstr("other test samples"));
}

TEST_F(CheckpointTest, CheckpointsOfEarlierVersionsAreOfAnyData) {
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  const std::string path = CheckpointPath(directory_);
  Safetensors file = *ReadSafetensors(path);
  for (const char* const key : {"train_samples", "train_folder", "test_samples", "test_folder"}) {
    EXPECT_EQ(file.metadata.erase(key), 1u);
  }
  ASSERT_TRUE(WriteSafetensors(path, file).ok());
  SmallExperimentOptions other;
  other.samples = 61;
  EXPECT_TRUE(Resume(other).ok());
}

TEST_F(CheckpointTest, MissingOneIsNotFound) {
  EXPECT_EQ(Resume().code(), absl::StatusCode::kNotFound);
}

TEST_F(CheckpointTest, DamagedOneIsRefused) {
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  const std::string path = CheckpointPath(directory_);
  const std::string whole = *ReadFile(path);
  for (const std::size_t where : {std::size_t{9}, whole.size() / 2, whole.size() - 1}) {
    std::string damaged = whole;
    damaged[where] = static_cast<char>(damaged[where] ^ 4);
    ASSERT_TRUE(WriteFileAtomically(path, damaged).ok());
    EXPECT_EQ(Resume().code(), absl::StatusCode::kDataLoss) << where;
    ASSERT_TRUE(WriteFileAtomically(path, whole.substr(0, where)).ok());
    EXPECT_EQ(Resume().code(), absl::StatusCode::kDataLoss) << where;
  }
  Safetensors file = *ParseSafetensors(whole, path);
  HostArray& history = file.arrays.at("history");
  history = HostArray::From<std::int32_t>({1, 2}, std::vector<std::int32_t>{3, 4});
  ASSERT_TRUE(WriteSafetensors(path, file).ok());
  EXPECT_THAT(std::string(Resume().message()),
              HasSubstr(path + ": history: expected F64 of shape [N, "));
  ASSERT_TRUE(WriteSafetensors(path, {}).ok());
  EXPECT_EQ(Resume().code(), absl::StatusCode::kDataLoss);
}

// The file has an optimiser's array of the right shape but of integers. Nothing may be taken from
// it, the parameters neither.
TEST_F(CheckpointTest, IntegersForTheOptimizerAreRefusedAndNothingChanges) {
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  const std::string path = CheckpointPath(directory_);
  const auto whole = ReadSafetensors(path);
  ASSERT_TRUE(whole.ok());
  int refused = 0;
  for (const auto& entry : whole->arrays) {
    if (entry.first.compare(0, 10, "optimizer.") != 0) continue;
    Safetensors file = *whole;
    const std::vector<std::int32_t> ones(static_cast<std::size_t>(entry.second.size()), 1);
    file.arrays[entry.first] = HostArray::From<std::int32_t>(entry.second.shape, ones);
    ASSERT_TRUE(WriteSafetensors(path, file).ok());

    SmallExperiment small;
    const auto trainer = small.MakeTrainer();
    trainer->set_checkpoint_directory(directory_);
    const std::vector<double> before = ParameterValues(*small.model);
    const double alpha = small.model->alpha();
    const absl::Status status = trainer->Resume();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(entry.first));
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("expected F32, F64, F16 or BF16 of shape"));
    EXPECT_EQ(ParameterValues(*small.model), before);
    EXPECT_EQ(small.model->alpha(), alpha);
    EXPECT_TRUE(trainer->history().empty());
    ++refused;
  }
  EXPECT_GT(refused, 0);
}

// A run that diverges leaves the last good epoch: one whose weights can be used, which are still
// finite when L no longer is.
TEST_F(CheckpointTest, StaysWhenTheRunDiverges) {
  // Which of the ways to diverge a run takes depends on rounding; among many there is every one.
  using Seeds = std::vector<int>;
  bool too_large = OperationsAreLaunches();
  for (double factor : Trials<std::vector<double>>({30, 100, 300, 1000}, {1000})) {
    for (int seed : Trials<Seeds>({3, 5, 7}, {3})) {
      SmallExperimentOptions options;
      options.overrides = {
          absl::StrCat("training.schedule.step={ learning_rate: 1e-3 every_epochs: 2 factor: ",
                       factor, " }"),
          absl::StrCat("training.seed=", seed), "training.epochs=40"};
      const absl::Status status = RunUntil(1000, options);
      EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
      SmallExperiment small(options);
      const auto trainer = small.MakeTrainer();
      trainer->set_checkpoint_directory(directory_);
      const absl::Status resumed = trainer->Resume();
      ASSERT_TRUE(resumed.ok()) << resumed << " after " << status;
      EXPECT_GE(trainer->history().size(), 2u);
      EXPECT_THAT(std::string(status.message()),
                  HasSubstr(absl::StrCat("epoch ", trainer->history().size() + 1)));
      too_large = too_large || absl::StrContains(status.message(), "||I - W||");
    }
  }
  EXPECT_TRUE(too_large);
}

TEST_F(CheckpointTest, UnwritableDirectoryIsAnError) {
  ASSERT_TRUE(WriteFileAtomically(directory_, "a file").ok());
  const absl::Status status = RunUntil(5);
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(directory_));
}

}  // namespace
}  // namespace mondeq
