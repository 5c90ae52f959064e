// The folder of a run: who may write there, and how a run goes on in it.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/train_testing.h"
#include "mondeq/core/file_lock.h"
#include "mondeq/data/idx_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

using RunDirectoryTest = TrainTest;

TEST_F(RunDirectoryTest, ResumedRunIsTheSameRun) {
  Train("whole", {"--epochs=3"});
  Train("parts", {"--epochs=1"});
  EXPECT_THAT(Train("parts", {"--epochs=3", "--resume"}), HasSubstr("resumed after epoch 1"));
  EXPECT_EQ(Read(Out("parts/weights.safetensors")), Read(Out("whole/weights.safetensors")));
  EXPECT_EQ(Read(Out("parts/experiment.textproto")), Read(Out("whole/experiment.textproto")));
  EXPECT_EQ(MetricsOfTheRun(Out("parts/metrics.csv")), MetricsOfTheRun(Out("whole/metrics.csv")));
}

// One folder is one run's: what a second one would write is lost to neither.
TEST_F(RunDirectoryTest, FolderInUseIsRefused) {
  Train("run");
  const auto before = FilesIn(Out("run"));
  {
    const auto lock = FileLock::Take(Out("run/.mondeq-lock"));
    ASSERT_TRUE(lock.ok()) << lock.status();
    for (const std::vector<std::string>& more :
         {std::vector<std::string>{}, {"--resume", "--epochs=5"}, {"--seed=2"}}) {
      std::vector<std::string> arguments = {"train", "--config=" + config_, "--out=" + Out("run")};
      arguments.insert(arguments.end(), more.begin(), more.end());
      ExpectError(Mondeq(arguments), 2,
                  {"--out: " + Out("run") + " is in use by process " + std::to_string(getpid()),
                   " on ", " since "});
    }
    std::filesystem::create_directory(Out("empty"));
    const auto other = FileLock::Take(Out("empty/.mondeq-lock"));
    ExpectError(Mondeq({"train", "--config=" + config_, "--out=" + Out("empty")}), 2, {"in use"});
  }
  EXPECT_EQ(FilesIn(Out("run")), before);
  // A process that was killed leaves the file, and temporary ones.
  Write(Out("run/.mondeq-lock"), "process 1 on elsewhere since long ago\n");
  Write(Out("run/.mondeq-999999999-1.tmp"), "half of a file");
  Write(Out("run/checkpoint/.mondeq-999999999-0.tmp"), "half of a file");
  Train("run", {"--resume", "--epochs=3"});
  EXPECT_EQ(FilesIn(Out("run")).size(), before.size());
}

// Nor does it help to remove the file that names the process.
TEST_F(RunDirectoryTest, FolderInUseIsRefusedWithoutItsLockFile) {
  Train("run");
  const auto lock = FileLock::Take(Out("run/.mondeq-lock"));
  std::filesystem::remove(Out("run/.mondeq-lock"));
  const auto before = FilesIn(Out("run"));
  ExpectError(Mondeq({"train", "--config=" + config_, "--out=" + Out("run"), "--resume"}), 2,
              {"--out: " + Out("run") + " is in use by another process"});
  EXPECT_EQ(FilesIn(Out("run")), before);
}

TEST_F(RunDirectoryTest, FolderInsideAnotherRunIsRefused) {
  Train("run");
  const auto before = FilesIn(Out("run"));
  const std::string run = std::filesystem::canonical(Out("run")).string();
  for (const char* const inside : {"run/checkpoint", "run/checkpoint/x", "run/new/er"}) {
    for (const char* const resume : {"--resume", "--noresume"}) {
      ExpectError(Mondeq({"train", "--config=" + config_, "--out=" + Out(inside), resume}), 2,
                  {"--out: " + Out(inside) + " is inside the folder of another run, " + run});
    }
  }
  EXPECT_EQ(FilesIn(Out("run")), before);
  EXPECT_FALSE(std::filesystem::exists(Out("run/new")));
  // A run that has written nothing yet has its lock.
  std::filesystem::create_directory(Out("begun"));
  const auto lock = FileLock::Take(Out("begun/.mondeq-lock"));
  ExpectError(Mondeq({"train", "--config=" + config_, "--out=" + Out("begun/x")}), 2, {"inside"});
  // One that was killed then has nothing but the file, which nobody holds.
  std::filesystem::create_directory(Out("killed"));
  Write(Out("killed/.mondeq-lock"), "process 1 since long ago\n");
  Train("killed/x");
}

TEST_F(RunDirectoryTest, KnowsWhetherItIsInPlace) {
  RunDirectory directory(Out("run"));
  ASSERT_TRUE(directory.Open("", /*resume=*/false).ok());
  EXPECT_TRUE(directory.CheckInPlace().ok());
  std::filesystem::rename(Out("run"), Out("moved"));
  std::filesystem::create_directory(Out("run"));
  const absl::Status status = directory.CheckInPlace();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr(Out("run") + ": the folder of this run"));
}

TEST_F(RunDirectoryTest, HomeFolderIsExpanded) {
  ASSERT_EQ(setenv("HOME", directory_.c_str(), 1), 0);
  const Outcome outcome = Mondeq({"train", "--config=~/tiny.textproto", "--out=~/runs/1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("written to " + Out("runs/1")));
  EXPECT_EQ(Metrics(Out("runs/1/metrics.csv")).size(), 2u);
}

// A schedule that ends with the run has another rate after the same epoch of a longer one.
TEST_F(RunDirectoryTest, LongerResumedRunMovesItsScheduleIfAsked) {
  const std::string cycle = "--set=training.schedule.one_cycle={ final_epochs: 0 }";
  Train("run", {cycle, "--epochs=2"});
  EXPECT_EQ(Train("run", {cycle, "--epochs=2", "--resume"}).find("warning"), std::string::npos);
  const auto before = FilesIn(Out("run"));
  const std::vector<std::string> longer = {"train", "--config=" + config_, "--out=" + Out("run"),
                                           cycle,   "--epochs=4",          "--resume"};
  const std::string change =
      "the schedule is laid out anew for 4 epochs, before for 2: the learning rate, 0.001 as "
      "planned, is 0.01 from here";
  ExpectError(Mondeq(longer), 2, {"--epochs: without --extend", change});
  EXPECT_EQ(FilesIn(Out("run")), before);
  std::vector<std::string> extended = longer;
  extended.push_back("--extend");
  const Outcome outcome = Mondeq(extended);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "mondeq: warning: " + change + "\n");
  const std::vector<Row> rows = Metrics(Out("run/metrics.csv"));
  ASSERT_EQ(rows.size(), 4u);
  // Six steps an epoch, and the rate of the last: 11/12 of the way down from 1e-2 to 1e-3 once an
  // epoch takes half of the cycle, and 5/12 of it after the third of four epochs.
  EXPECT_NEAR(rows[1].at("learning_rate"), 1e-3 + 9e-3 * (1 - 5.0 / 6), 1e-9);
  EXPECT_NEAR(rows[2].at("learning_rate"), 1e-3 + 9e-3 * (1 - 5.0 / 12), 1e-9);
}

// A run goes on with its own samples, wherever they are and however they are packed.
TEST_F(RunDirectoryTest, ResumedWithOtherSamplesIsRefused) {
  std::filesystem::create_directories(Out("mnist"));
  std::filesystem::create_directories(Out("fashion"));
  WriteMnistFiles(Out("mnist"));
  WriteMnistFiles(Out("fashion"));
  const std::string images = Out("fashion/train-images-idx3-ubyte");
  std::string other = Read(images);
  other.back() = static_cast<char>(other.back() ^ 1);
  Write(images, other);
  Write(config_, TinyMnist());
  Train("run", {"--data_dir=" + Out("mnist"), "--epochs=1"});
  const auto before = FilesIn(Out("run"));
  ExpectError(
      Mondeq({"train", "--config=" + config_, "--out=" + Out("run"), "--data_dir=" + Out("fashion"),
              "--resume"}),
      2,
      {NewestCheckpoint(Out("run")) + ": this run is of other training samples",
       "expected 40 of 28x28x1", "before in " + std::filesystem::canonical(Out("mnist")).string(),
       "in " + std::filesystem::canonical(Out("fashion")).string()});
  EXPECT_EQ(FilesIn(Out("run")), before);
  std::filesystem::rename(Out("mnist"), Out("moved"));
  const std::string labels = Out("moved/train-labels-idx1-ubyte");
  Write(labels + ".gz", Gzip(Read(labels)));
  std::filesystem::remove(labels);
  Train("run", {"--data_dir=" + Out("moved"), "--resume"});
}

TEST_F(RunDirectoryTest, CompleteRunHasNothingToResume) {
  Train("run");
  const auto before = FilesIn(directory_);
  EXPECT_THAT(Train("run", {"--resume"}), HasSubstr("nothing to do"));
  EXPECT_EQ(FilesIn(directory_), before);
}

// The run crashed after its checkpoint was written and before the rest was.
TEST_F(RunDirectoryTest, ResumeCompletesWhatIsMissing) {
  Train("run");
  const auto before = FilesIn(Out("run"));
  ASSERT_EQ(std::remove(Out("run/weights.safetensors").c_str()), 0);
  Write(Out("run/metrics.csv"), "epoch\n");
  Train("run", {"--resume"});
  EXPECT_EQ(FilesIn(Out("run")), before);
}

// A run that ended in its first epoch left its experiment and nothing else.
TEST_F(RunDirectoryTest, StartsAgainWhereNoEpochWasComplete) {
  Train("run");
  std::filesystem::create_directory(Out("again"));
  Write(Out("again/experiment.textproto"), Read(Out("run/experiment.textproto")));
  Train("again");
}

}  // namespace
}  // namespace mondeq
