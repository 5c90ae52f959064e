#include "mondeq/training/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "mondeq/core/file.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/model/alpha_policy.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/testing/test_device.h"
#include "mondeq/training/checkpoint_files.h"
#include "mondeq/training/small_experiment_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest()
      : directory_(absl::StrCat(::testing::TempDir(), "/",
                                ::testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  // A run that stops after `steps` steps.
  absl::Status RunUntil(int steps, const SmallExperimentOptions& options = {}) {
    return RunSmall(steps, directory_, options, policy_);
  }
  absl::Status Resume(const SmallExperimentOptions& options = {}) {
    SmallExperiment small(options);
    const auto trainer = small.MakeTrainer();
    trainer->set_checkpoints(directory_);
    return trainer->Resume().status();
  }
  // A run that stops after `epochs` epochs.
  absl::Status RunToTheEndOf(int epochs, const SmallExperimentOptions& options = {}) {
    struct EpochStopper : TrainingObserver {
      absl::Status OnEpoch(const std::vector<EpochMetrics>&) override {
        --left;
        return absl::OkStatus();
      }
      Wish Next() override { return left == 0 ? Wish::kStop : Wish::kGoOn; }
      int left;
    } stopper;
    stopper.left = epochs;
    SmallExperiment small(options);
    const auto trainer = small.MakeTrainer();
    trainer->set_checkpoints(directory_);
    return trainer->Run(&stopper);
  }
  // The newest checkpoint there is.
  std::string Newest() const { return CheckpointsIn(directory_).at(0); }

  std::string directory_;
  CheckpointPolicy policy_;
};

// Four epochs at once are bit for bit an interrupted run and its continuation, wherever it was
// interrupted, for every way of choosing alpha and optimiser.
TEST_F(CheckpointTest, ResumedRunIsTheWholeRun) {
  const std::vector<std::vector<std::string>> variants = {
      {},
      {"model.equilibrium.splitting.peaceman_rachford.alpha.tune.at_batch=[1]"},
      {"model.equilibrium.splitting.peaceman_rachford.alpha.automatic.every_batches=3",
       "training.optimizer.sgd={}"},
      {"model.equilibrium.gradient.truncated.steps=3", "training.schedule.one_cycle={}"},
      {"model.equilibrium.gradient.splitting={ [mondeq.forward_backward] { alpha { automatic { "
       "every_batches: 3 } } } }"},
      {"training.validation_fraction=0.05",
       "training.early_stopping={ metric: VALIDATION_ACCURACY patience: 4 }"}};
  for (std::size_t i = 0; i < variants.size(); ++i) {
    SmallExperimentOptions options;
    options.overrides = variants[i];
    SmallExperiment whole(options);
    const auto straight = whole.MakeTrainer();
    ASSERT_TRUE(straight->Run(Nobody()).ok());
    // In a batch of the first epoch, at the end of the second, before its evaluation, in the third.
    for (const int steps : Trials<std::vector<int>>({3, 4, 8, 10, 14}, {10})) {
      std::filesystem::remove_all(directory_);
      EXPECT_EQ(RunUntil(steps, options).code(), absl::StatusCode::kCancelled);
      SmallExperiment rest(options);
      const auto resumed = rest.MakeTrainer();
      resumed->set_checkpoints(directory_);
      const auto status = resumed->Resume();
      ASSERT_TRUE(status.ok()) << status.status();
      EXPECT_THAT(*status, ::testing::IsEmpty());
      EXPECT_EQ(4 * static_cast<Index>(resumed->history().size()) + resumed->batches_done(), steps);
      ASSERT_TRUE(resumed->Run(Nobody()).ok());
      EXPECT_EQ(WithoutTime(resumed->history()), WithoutTime(straight->history()))
          << i << " after " << steps;
      EXPECT_EQ(ParameterValues(*rest.model), ParameterValues(*whole.model))
          << i << " after " << steps;
    }
  }
}

// Checkpoints come every so many steps and at the ends of epochs, and the newest are kept.
TEST_F(CheckpointTest, AreWrittenAsThePolicySays) {
  struct Watcher : TrainingObserver {
    std::string directory;
    std::vector<std::vector<std::string>> seen;
    void OnBatch(const BatchProgress&) override {
      seen.emplace_back();
      for (const std::string& path : CheckpointsIn(directory)) {
        seen.back().push_back(path.substr(path.rfind('/') + 1));
      }
    }
  } watcher;
  watcher.directory = directory_;
  SmallExperimentOptions options;
  options.overrides = {"training.epochs=2"};
  SmallExperiment small(options);
  const auto trainer = small.MakeTrainer();
  CheckpointPolicy policy;
  policy.every_steps = 3;
  policy.keep = 2;
  trainer->set_checkpoints(directory_, policy);
  ASSERT_TRUE(trainer->Run(&watcher).ok());
  const std::string third = "step-000000003.safetensors", fourth = "step-000000004.safetensors",
                    seventh = "step-000000007.safetensors";
  ASSERT_EQ(watcher.seen.size(), 8u);
  EXPECT_THAT(watcher.seen[2], ::testing::ElementsAre());
  EXPECT_THAT(watcher.seen[3], ::testing::ElementsAre(third));
  EXPECT_THAT(watcher.seen[4], ::testing::ElementsAre(fourth, third));
  EXPECT_THAT(watcher.seen[7], ::testing::ElementsAre(seventh, fourth));

  policy.every_steps = 0;
  policy.every_seconds = 0;  // as soon as any time has passed
  policy.keep = 3;
  const auto again = small.MakeTrainer();
  again->set_checkpoints(directory_ + "_often", policy);
  watcher.directory = directory_ + "_often";
  watcher.seen.clear();
  ASSERT_TRUE(again->Run(&watcher).ok());
  EXPECT_EQ(watcher.seen[7].size(), 3u);
  EXPECT_EQ(watcher.seen[7][0], seventh);
}

// A wish is fulfilled and told of, and the run goes on as it would have.
TEST_F(CheckpointTest, IsWrittenWhenWishedFor) {
  struct Wishing : TrainingObserver {
    int steps = 0;
    std::vector<std::string> written;
    void OnBatch(const BatchProgress&) override { ++steps; }
    Wish Next() override { return steps == 6 && written.empty() ? Wish::kCheckpoint : Wish::kGoOn; }
    void OnWishedCheckpoint(const std::string& path) override {
      EXPECT_TRUE(ReadSafetensors(path).ok());
      written.push_back(path);
    }
  } wishing;
  SmallExperiment small, plain;
  const auto trainer = small.MakeTrainer(), straight = plain.MakeTrainer();
  trainer->set_checkpoints(directory_);
  ASSERT_TRUE(trainer->Run(&wishing).ok());
  ASSERT_TRUE(straight->Run(Nobody()).ok());
  EXPECT_THAT(wishing.written, ::testing::ElementsAre(CheckpointPath(directory_, 6)));
  EXPECT_EQ(WithoutTime(trainer->history()), WithoutTime(straight->history()));
}

// Where the newest is damaged the one before is used, which is said, and the other set aside.
TEST_F(CheckpointTest, DamagedNewestGivesWayToTheOneBefore) {
  ASSERT_EQ(RunUntil(6).code(), absl::StatusCode::kCancelled);
  const std::string newest = CheckpointPath(directory_, 6);
  const std::string whole = *ReadFile(newest);
  ASSERT_TRUE(WriteFileAtomically(newest, whole.substr(0, whole.size() - 1)).ok());
  SmallExperiment small, plain;
  const auto trainer = small.MakeTrainer(), straight = plain.MakeTrainer();
  trainer->set_checkpoints(directory_);
  const auto warnings = trainer->Resume();
  ASSERT_TRUE(warnings.ok()) << warnings.status();
  EXPECT_THAT(*warnings,
              ::testing::ElementsAre(::testing::AllOf(
                  HasSubstr(newest + ": "), HasSubstr("set aside as " + newest + ".damaged"),
                  HasSubstr("goes on from " + CheckpointPath(directory_, 4)))));
  EXPECT_THAT(CheckpointsIn(directory_), ::testing::ElementsAre(CheckpointPath(directory_, 4)));
  EXPECT_TRUE(std::filesystem::exists(newest + ".damaged"));
  ASSERT_TRUE(trainer->Run(Nobody()).ok());
  ASSERT_TRUE(straight->Run(Nobody()).ok());
  EXPECT_EQ(ParameterValues(*small.model), ParameterValues(*plain.model));
}

// The same when a run that has diverged goes back.
TEST_F(CheckpointTest, RecoveryTellsOfADamagedNewest) {
  struct Breaker : TrainingObserver {
    void OnRecovery(const std::string& what) override { told.push_back(what); }
    void OnBatch(const BatchProgress&) override {
      if (++steps != 5) return;
      EXPECT_TRUE(WriteFileAtomically(newest, "torn").ok());
      small->device->Fill(NAN, small->model->parameters().values());
      small->model->ParametersChanged();
    }

    SmallExperiment* small = nullptr;
    std::string newest;
    std::vector<std::string> told;
    Index steps = 0;
  } watcher;
  SmallExperimentOptions options;
  options.overrides = {"training.on_divergence={}"};
  SmallExperiment small(options);
  watcher.small = &small;
  watcher.newest = CheckpointPath(directory_, 4);
  const auto trainer = small.MakeTrainer();
  CheckpointPolicy policy;
  policy.every_steps = 2;
  trainer->set_checkpoints(directory_, policy);
  const absl::Status status = trainer->Run(&watcher);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(watcher.told,
              ::testing::ElementsAre(HasSubstr("set aside as " + watcher.newest + ".damaged"),
                                     HasSubstr("goes on after 0 epochs and 2 batches")));
}

// What weights files say of alpha is what it was in the last batch, also where a run that is done
// is resumed.
TEST_F(CheckpointTest, TheEndOfAnEpochKeepsAlpha) {
  SmallExperiment first, again;
  const auto trainer = first.MakeTrainer(), resumed = again.MakeTrainer();
  trainer->set_checkpoints(directory_);
  ASSERT_TRUE(trainer->Run(Nobody()).ok());
  resumed->set_checkpoints(directory_);
  ASSERT_TRUE(resumed->Resume().ok());
  EXPECT_EQ(again.model->alpha(), first.model->alpha());
  again.model->set_alpha(0);
  ChooseAlphaForWeights(0, again.model.get());
  EXPECT_NE(again.model->alpha(), first.model->alpha()) << "the end's weights ask for another";
}

// A run of fewer batches is another run.
TEST_F(CheckpointTest, OtherBatchesOfAnEpochAreRefused) {
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  SmallExperiment small;
  const auto trainer = small.MakeTrainer();
  trainer->set_most_batches(2);
  EXPECT_EQ(trainer->batches(), 2);
  trainer->set_checkpoints(directory_);
  const absl::Status status = trainer->Resume().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("has 4 batches, now 2: --limit_batches"));
}

// A renamed experiment is the same, which is said; of others every difference is named.
TEST_F(CheckpointTest, EveryDifferenceIsNamed) {
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  SmallExperimentOptions other;
  other.overrides = {"name=\"renamed\""};
  SmallExperiment small(other);
  const auto trainer = small.MakeTrainer();
  trainer->set_checkpoints(directory_);
  const auto warnings = trainer->Resume();
  ASSERT_TRUE(warnings.ok()) << warnings.status();
  EXPECT_THAT(*warnings, ::testing::ElementsAre(HasSubstr(" -> \"renamed\"")));
  other.overrides = {"training.seed=9", "training.schedule.constant.learning_rate=0.02"};
  EXPECT_THAT(std::string(Resume(other).message()),
              ::testing::AllOf(HasSubstr("seed: "), HasSubstr(" -> 9; "),
                               HasSubstr("learning_rate: 0.01 -> 0.02")));
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
  ASSERT_EQ(RunToTheEndOf(2, options).code(), absl::StatusCode::kCancelled);
  const auto resumed = [&](const std::vector<std::string>& overrides) {
    options.overrides = overrides;
    SmallExperiment small(options);
    const auto trainer = small.MakeTrainer();
    trainer->set_checkpoints(directory_);
    const absl::Status status = trainer->Resume().status();
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
  trainer->set_checkpoints(directory_);
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
  ASSERT_EQ(RunToTheEndOf(2).code(), absl::StatusCode::kCancelled);
  const std::string path = Newest();
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
  file.metadata.erase("epoch");
  file.arrays.erase("epoch");
  file.arrays["history"] = HostArray::From<double>({2, 11}, then);
  ASSERT_TRUE(WriteSafetensors(path, file).ok());
  SmallExperiment small;
  const auto trainer = small.MakeTrainer();
  trainer->set_checkpoints(directory_);
  const absl::Status status = trainer->Resume().status();
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
  EXPECT_THAT(std::string(status.message()), HasSubstr(Newest()));
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
    (*trainer)->set_checkpoints(directory_);
    return (*trainer)->Resume().status();
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
                ::testing::StartsWith(Newest() +
                                      ": this run is of other training samples: expected 60 of "));
  }
  EXPECT_THAT(
      std::string(resume(pixel, test).message()),
      ::testing::ContainsRegex("found 60 of .* labels [0-9a-f]+, in elsewhere; --data_dir"));
  EXPECT_THAT(std::string(resume(train, pixel).message()), HasSubstr("other test samples"));
}

TEST_F(CheckpointTest, CheckpointsOfEarlierVersionsAreOfAnyData) {
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  const std::string path = Newest();
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
  policy_.keep = 1;
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  const std::string path = Newest();
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

// Numbers of the right shape, with the right checksum, that are no counts: a fuzzer's finding.
TEST_F(CheckpointTest, CountsThatAreNoneAreRefused) {
  policy_.keep = 1;
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  const std::string path = Newest();
  const Safetensors whole = *ReadSafetensors(path);
  for (const char* name : {"history", "epoch"}) {
    std::vector<double> values = whole.arrays.at(name).ToDoubles();
    for (const double count : {-2.29008e+226, -1.0, 0.5, 1e16, std::nan("")}) {
      Safetensors file = whole;
      values[0] = count;
      file.arrays[name] = HostArray::From<double>(whole.arrays.at(name).shape, values);
      ASSERT_TRUE(WriteSafetensors(path, file).ok());
      const absl::Status status = Resume();
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << name << " " << count;
      EXPECT_THAT(std::string(status.message()), HasSubstr("whole numbers")) << name;
    }
  }
  Safetensors file = whole;
  std::vector<double> sums = whole.arrays.at("epoch").ToDoubles();
  sums[0] = 1000;
  file.arrays["epoch"] = HostArray::From<double>(whole.arrays.at("epoch").shape, sums);
  ASSERT_TRUE(WriteSafetensors(path, file).ok());
  EXPECT_THAT(std::string(Resume().message()), HasSubstr("batches, found 1000"));
}

// The file has an optimiser's array of the right shape but of integers. Nothing may be taken from
// it, the parameters neither.
TEST_F(CheckpointTest, IntegersForTheOptimizerAreRefusedAndNothingChanges) {
  policy_.keep = 1;
  ASSERT_EQ(RunUntil(5).code(), absl::StatusCode::kCancelled);
  const std::string path = Newest();
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
    trainer->set_checkpoints(directory_);
    const std::vector<double> before = ParameterValues(*small.model);
    const double alpha = small.model->alpha();
    const absl::Status status = trainer->Resume().status();
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
  bool too_large = OperationsAreSlow();
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
      trainer->set_checkpoints(directory_);
      const absl::Status resumed = trainer->Resume().status();
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
