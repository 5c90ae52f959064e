// How a run is begun, gone on with and made longer.
#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/cli/train_testing.h"
#include "mondeq/core/safetensors.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

using ResumeTest = TrainTest;

// One command for the first time and for every other, as jobs are queued again.
TEST_F(ResumeTest, AutoBeginsAndGoesOn) {
  Train("whole", {"--epochs=3"});
  EXPECT_THAT(Train("run", {"--epochs=1", "--resume=auto"}), HasSubstr("epoch 1/1"));
  EXPECT_THAT(Train("run", {"--epochs=3", "--resume=auto"}), HasSubstr("resumed after epoch 1"));
  EXPECT_EQ(Read(Out("run/weights.safetensors")), Read(Out("whole/weights.safetensors")));
  EXPECT_THAT(Train("run", {"--epochs=3", "--resume=auto"}), HasSubstr("nothing to do"));
  // What was killed in its first checkpoint has a folder for it, and nothing in it.
  std::filesystem::create_directories(Out("killed/checkpoint"));
  Train("killed", {"--resume=auto"});
}

TEST_F(ResumeTest, RunHasItsOwnConfig) {
  Train("run", {"--set=training.seed=5", "--epochs=1"});
  const Outcome outcome = Mondeq({"train", "--resume", "--out=" + Out("run"), "--epochs=2"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  Train("whole", {"--set=training.seed=5", "--epochs=2"});
  EXPECT_EQ(Read(Out("run/weights.safetensors")), Read(Out("whole/weights.safetensors")));
  ExpectError(Mondeq({"train", "--resume=auto", "--out=" + Out("new")}), 2,
              {"train needs --config=FILE"});
  ExpectError(Mondeq({"train", "--resume", "--out=" + Out("new")}), 2,
              {Out("new/experiment.textproto")});
  EXPECT_FALSE(std::filesystem::exists(Out("new")));
}

// The weights of the most accurate epoch, of which there may be one before the last.
TEST_F(ResumeTest, KeepsTheBestWeights) {
  // After the first epoch a step takes the weights far away.
  const std::string schedule =
      "--set=training.schedule={ [mondeq.step] { learning_rate: 1e-2 every_epochs: 1 factor: 30 } "
      "}";
  Train("one", {schedule, "--epochs=1"});
  Train("run", {schedule, "--epochs=2"});
  const std::vector<Row> rows = Metrics(Out("run/metrics.csv"));
  ASSERT_GT(rows[0].at("test_accuracy"), rows[1].at("test_accuracy"));
  EXPECT_EQ(Read(Out("run/best.safetensors")), Read(Out("one/weights.safetensors")));
  EXPECT_NE(Read(Out("run/weights.safetensors")), Read(Out("one/weights.safetensors")));
}

// Fine-tuning: the first epoch begins where the weights are.
TEST_F(ResumeTest, BeginsFromGivenWeights) {
  Train("first", {"--epochs=3"});
  const std::string weights = "--weights=" + Out("first/weights.safetensors");
  Train("tuned", {weights, "--epochs=1"});
  EXPECT_LT(Metrics(Out("tuned/metrics.csv"))[0].at("train_loss"),
            Metrics(Out("first/metrics.csv"))[2].at("train_loss"));
  const Outcome resumed = Mondeq({"train", weights, "--out=" + Out("tuned"), "--resume=auto",
                                  "--config=" + config_, "--epochs=2"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.out, HasSubstr("resumed after epoch 1"));
  ExpectError(
      Mondeq({"train", weights, "--out=" + Out("tuned"), "--resume", "--config=" + config_}), 2,
      {"--weights", "--resume=auto"});
  ExpectError(Mondeq({"train", weights, "--config=" + config_, "--out=" + Out("other"),
                      "--set=model.equilibrium.operator.dense.units=21"}),
              2, {"units"});
}

TEST_F(ResumeTest, FewBatchesAreAQuickTry) {
  const std::string said = Train("run", {"--limit_batches=2", "--epochs=1"});
  EXPECT_THAT(said, HasSubstr("epoch 1/1: "));
  EXPECT_TRUE(std::filesystem::exists(Out("run/checkpoint/step-000000002.safetensors")));
  ExpectError(
      Mondeq({"train", "--config=" + config_, "--out=" + Out("run"), "--resume", "--epochs=2"}), 2,
      {"an epoch of this run has 2 batches, now 6", "--limit_batches"});
}

TEST_F(ResumeTest, DamagedCheckpointGivesWay) {
  Train("run", {"--epochs=2"});
  Train("whole", {"--epochs=3"});
  const std::string newest = NewestCheckpoint(Out("run"));
  const std::string whole = Read(newest);
  Write(newest, whole.substr(0, whole.size() / 2));
  const Outcome outcome =
      Mondeq({"train", "--config=" + config_, "--out=" + Out("run"), "--resume", "--epochs=3"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("mondeq: warning: " + newest + ": "));
  EXPECT_THAT(outcome.err, HasSubstr("set aside as " + newest + ".damaged"));
  EXPECT_THAT(outcome.out, HasSubstr("resumed after epoch 1\n"));
  EXPECT_EQ(Read(Out("run/weights.safetensors")), Read(Out("whole/weights.safetensors")));
}

TEST_F(ResumeTest, FilesTellTheVersionThatWroteThem) {
  Train("run", {"--epochs=1"});
  for (const std::string& path : {Out("run/weights.safetensors"), NewestCheckpoint(Out("run"))}) {
    const auto file = ReadSafetensors(path);
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_THAT(file->metadata.at("version"), ::testing::ContainsRegex("^[0-9]+\\.[0-9]+"));
  }
}

TEST_F(ResumeTest, BadValues) {
  const auto refuse = [&](const std::vector<std::string>& more,
                          const std::vector<std::string>& parts) {
    std::vector<std::string> arguments = {"train", "--config=" + config_, "--out=" + Out("bad")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    ExpectError(Mondeq(arguments), 2, parts);
    EXPECT_FALSE(std::filesystem::exists(Out("bad")));
  };
  refuse({"--checkpoints=0"}, {"--checkpoints: must be > 0", "found 0"});
  refuse({"--checkpoint_minutes=nan"}, {"--checkpoint_minutes: must be > 0"});
  refuse({"--checkpoint_steps=-1"}, {"--checkpoint_steps: must be > 0"});
  refuse({"--limit_batches=0"}, {"--limit_batches: must be > 0"});
  refuse({"--extend"}, {"--extend: needs --resume"});
  refuse({"--resume=perhaps"}, {"--resume: expected true, false or auto, found \"perhaps\""});
  ExpectError(Mondeq({"train", "--config=" + config_, "--resume=auto"}), 2,
              {"--resume: needs --out"});
}

}  // namespace
}  // namespace mondeq
