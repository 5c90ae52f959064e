// Runs with samples that are held back from training, and what ends a run while it evaluates.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/testing/test_device.h"
#include "mondeq/training/checkpoint_files.h"
#include "mondeq/training/small_experiment_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

class ValidationTest : public ::testing::Test {
 protected:
  ValidationTest()
      : directory_(absl::StrCat(::testing::TempDir(), "/Validation",
                                ::testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  // A run that stops after five steps.
  absl::Status RunFiveSteps(const SmallExperimentOptions& options = {}) {
    return RunSmall(5, directory_, options);
  }
  // The newest checkpoint there is.
  std::string Newest() const { return CheckpointsIn(directory_).at(0); }

  std::string directory_;
};

// Samples that are held back decide nothing of what is learnt.
TEST_F(ValidationTest, IsNotTrainedOnWhatIsHeldBack) {
  SmallExperimentOptions options;
  options.overrides = {"training.validation_fraction=0.25"};
  SmallExperiment small(options), other(options);
  EXPECT_EQ(small.train->samples().count(), 45);
  EXPECT_EQ(small.validation->samples().count(), 15);
  auto shuffled = std::make_shared<Samples>(small.validation->samples());
  std::rotate(shuffled->labels.begin(), shuffled->labels.begin() + 1, shuffled->labels.end());
  other.validation =
      std::make_unique<Loader>(shuffled, Normalization{{0.5f}, {0.25f}}, 16, 7, false);
  const auto one = small.MakeTrainer(), two = other.MakeTrainer();
  ASSERT_TRUE(one->Run(Nobody()).ok());
  ASSERT_TRUE(two->Run(Nobody()).ok());
  EXPECT_EQ(ParameterValues(*small.model), ParameterValues(*other.model));
  const EpochMetrics &last = one->history().back(), &wrong = two->history().back();
  EXPECT_EQ(last.test_loss, wrong.test_loss);
  EXPECT_NE(last.validation->loss, wrong.validation->loss);
  // It is what an evaluation of them gives.
  const auto held = Evaluator(small.model.get()).Evaluate(*small.validation);
  ASSERT_TRUE(held.ok());
  EXPECT_EQ(last.validation->loss, held->loss);
  EXPECT_EQ(last.validation->accuracy, held->accuracy);
  SmallExperiment without;
  const auto plain = without.MakeTrainer();
  ASSERT_TRUE(plain->Run(Nobody()).ok());
  EXPECT_FALSE(plain->history().back().validation.has_value());
  EXPECT_NE(plain->history().back().train.loss, last.train.loss);
}

// The first epoch is the only improvement that is large enough.
TEST_F(ValidationTest, StopsEarly) {
  SmallExperimentOptions options;
  options.overrides = {"training.validation_fraction=0.25", "training.epochs=9",
                       "training.early_stopping={ patience: 3 min_improvement: 1e6 }"};
  SmallExperiment small(options);
  const auto trainer = small.MakeTrainer();
  EXPECT_FALSE(trainer->finished());
  ASSERT_TRUE(trainer->Run(Nobody()).ok());
  EXPECT_EQ(trainer->history().size(), 4u);
  EXPECT_TRUE(trainer->finished());
  EXPECT_THAT(trainer->stopped_early().value_or(""), HasSubstr("since epoch 1"));
  options.overrides.back() = "training.early_stopping={ patience: 9 min_improvement: 1e6 }";
  SmallExperiment patient(options);
  const auto whole = patient.MakeTrainer();
  ASSERT_TRUE(whole->Run(Nobody()).ok());
  EXPECT_EQ(whole->history().size(), 9u);
  EXPECT_TRUE(whole->finished());
  EXPECT_FALSE(whole->stopped_early().has_value());
}

TEST_F(ValidationTest, EarlyStoppingNeedsSamplesHeldBack) {
  SmallExperimentOptions options;
  options.overrides = {"training.early_stopping={}"};
  SmallExperiment small(options);
  const absl::Status status = Trainer::Create(small.experiment, small.source, small.model.get(),
                                              small.train.get(), small.test.get())
                                  .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              ::testing::AllOf(HasSubstr("early_stopping"), HasSubstr("validation_fraction")));
}

// Wishes something when it is asked for the n-th time after a step of the epoch's last batch: the
// first is of the step, and those that follow are of evaluations.
struct Late : TrainingObserver {
  Late(Index wished_epoch, Index wished_question, Wish wished)
      : epoch(wished_epoch), question(wished_question), wish(wished) {}
  void OnBatch(const BatchProgress& progress) override {
    asked = progress.epoch == epoch && progress.batch == progress.batches ? 0 : -1000;
  }
  Wish Next() override { return ++asked == question ? wish : Wish::kGoOn; }
  void OnWishedCheckpoint(const std::string& path) override { written.push_back(path); }

  const Index epoch, question;
  const Wish wish;
  Index asked = -1000;
  std::vector<std::string> written;
};

// A run may be stopped between any two batches of an evaluation. Its checkpoint is that of the
// epoch's last step, and what is resumed from it is the whole run.
TEST_F(ValidationTest, RunStopsInAnEvaluation) {
  SmallExperimentOptions options;
  options.overrides = {"training.validation_fraction=0.3"};  // 18 of 60, in two batches
  SmallExperiment whole(options);
  const auto straight = whole.MakeTrainer();
  ASSERT_TRUE(straight->Run(Nobody()).ok());
  struct Case {
    Index question;
    const char* kind;
  };
  for (const Case& one : Trials<std::vector<Case>>(
           {{2, "held-back"}, {3, "held-back"}, {4, "test"}, {7, "test"}}, {{4, "test"}})) {
    std::filesystem::remove_all(directory_);
    SmallExperiment small(options), rest(options);
    const auto trainer = small.MakeTrainer();
    trainer->set_checkpoints(directory_);
    Late late(2, one.question, TrainingObserver::Wish::kStop);
    const absl::Status status = trainer->Run(&late);
    EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
    EXPECT_EQ(status.message(), absl::StrCat("interrupted in epoch 2, while its ", one.kind,
                                             " samples are evaluated"));
    EXPECT_EQ(late.asked, one.question) << "it ends at once";
    EXPECT_EQ(Newest(), CheckpointPath(directory_, 6));
    EXPECT_THAT(late.written, ::testing::ElementsAre(Newest()));

    const auto resumed = rest.MakeTrainer();
    resumed->set_checkpoints(directory_);
    ASSERT_TRUE(resumed->Resume().ok());
    EXPECT_EQ(resumed->history().size(), 1u);
    EXPECT_EQ(resumed->batches_done(), resumed->batches());
    ASSERT_TRUE(resumed->Run(Nobody()).ok());
    EXPECT_EQ(WithoutTime(resumed->history()), WithoutTime(straight->history()));
    EXPECT_EQ(ParameterValues(*rest.model), ParameterValues(*whole.model));
  }
}

// A checkpoint that is wished for in an evaluation is written in it, and changes nothing.
TEST_F(ValidationTest, IsWrittenInAnEvaluation) {
  SmallExperiment small, plain;
  const auto trainer = small.MakeTrainer(), straight = plain.MakeTrainer();
  trainer->set_checkpoints(directory_);
  Late late(2, 3, TrainingObserver::Wish::kCheckpoint);
  ASSERT_TRUE(trainer->Run(&late).ok());
  ASSERT_TRUE(straight->Run(Nobody()).ok());
  EXPECT_THAT(late.written, ::testing::ElementsAre(CheckpointPath(directory_, 8)));
  EXPECT_EQ(WithoutTime(trainer->history()), WithoutTime(straight->history()));
}

// A run that has ended early has nothing left, however it is looked at.
TEST_F(ValidationTest, RunThatStoppedEarlyIsFinished) {
  SmallExperimentOptions options;
  options.overrides = {"training.validation_fraction=0.25", "training.epochs=9",
                       "training.early_stopping={ patience: 2 min_improvement: 1e6 }"};
  SmallExperiment whole(options), rest(options), again(options);
  const auto straight = whole.MakeTrainer();
  ASSERT_TRUE(straight->Run(Nobody()).ok());
  ASSERT_EQ(straight->history().size(), 3u);
  ASSERT_EQ(RunFiveSteps(options).code(), absl::StatusCode::kCancelled);
  const auto resumed = rest.MakeTrainer(), finished = again.MakeTrainer();
  for (Trainer* trainer : {resumed.get(), finished.get()}) {
    trainer->set_checkpoints(directory_);
    ASSERT_TRUE(trainer->Resume().ok());
    EXPECT_EQ(trainer->finished(), trainer == finished.get());
    ASSERT_TRUE(trainer->Run(Nobody()).ok());
    EXPECT_EQ(WithoutTime(trainer->history()), WithoutTime(straight->history()));
    EXPECT_EQ(trainer->stopped_early(), straight->stopped_early());
  }
  EXPECT_EQ(ParameterValues(*rest.model), ParameterValues(*whole.model));
}

// A run goes on with the samples held back that it has, and no others.
TEST_F(ValidationTest, OtherSamplesHeldBackAreRefused) {
  SmallExperimentOptions options;
  options.overrides = {"training.validation_fraction=0.25"};
  ASSERT_EQ(RunFiveSteps(options).code(), absl::StatusCode::kCancelled);
  SmallExperiment without;
  const auto other = without.MakeTrainer();
  other->set_checkpoints(directory_);
  EXPECT_THAT(std::string(other->Resume().status().message()),
              HasSubstr("validation_fraction: 0.25 -> "));
  SmallExperiment small(options);
  auto samples = std::make_shared<Samples>(small.validation->samples());
  samples->pixels[0] ^= 1;
  small.validation =
      std::make_unique<Loader>(samples, Normalization{{0.5f}, {0.25f}}, 16, 7, false);
  const auto trainer = small.MakeTrainer();
  trainer->set_checkpoints(directory_);
  EXPECT_THAT(std::string(trainer->Resume().status().message()),
              HasSubstr("this run is of other validation samples: expected 15 of "));
}

// Nothing of it is in the checkpoint of a run without, as in those of earlier versions.
TEST_F(ValidationTest, SaysNothingOfSamplesHeldBackWhereThereAreNone) {
  ASSERT_EQ(RunFiveSteps().code(), absl::StatusCode::kCancelled);
  const Safetensors file = *ReadSafetensors(Newest());
  for (const auto& entry : file.metadata) {
    EXPECT_EQ(absl::StrCat(entry.first, entry.second).find("validation"), std::string::npos)
        << entry.first;
  }
}

}  // namespace
}  // namespace mondeq
