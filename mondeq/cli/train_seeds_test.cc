// train --seeds: a folder of runs.
#include "mondeq/cli/train_seeds.h"

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/interrupt.h"
#include "mondeq/cli/train_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class TrainSeedsTest : public TrainTest {
 protected:
  // Every run of --seeds is this run with its --seed.
  void ExpectRuns(const std::string& out, const std::vector<std::string>& seeds,
                  const std::vector<std::string>& more) {
    for (const std::string& seed : seeds) {
      std::vector<std::string> flags = more;
      flags.push_back("--seed=" + seed);
      Train(out + "_alone_" + seed, flags);
      const std::string run = Out(out) + "/seed-" + seed, alone = Out(out) + "_alone_" + seed;
      EXPECT_EQ(Read(run + "/weights.safetensors"), Read(alone + "/weights.safetensors"));
      EXPECT_EQ(Read(run + "/best.safetensors"), Read(alone + "/best.safetensors"));
      EXPECT_EQ(Read(run + "/experiment.textproto"), Read(alone + "/experiment.textproto"));
      EXPECT_EQ(MetricsOfTheRun(run + "/metrics.csv"), MetricsOfTheRun(alone + "/metrics.csv"));
      EXPECT_EQ(FilesIn(run).size(), FilesIn(alone).size());
    }
  }

  std::vector<std::string> Arguments(const std::string& out,
                                     const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"train", "--config=" + config_, "--out=" + Out(out)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
};

TEST_F(TrainSeedsTest, EverySeedHasItsRun) {
  const std::string said = Train("runs", {"--seeds=3, 1", "--epochs=1"});
  ExpectRuns("runs", {"1", "3"}, {"--epochs=1"});
  const auto first = said.find("seed 3, 1 of 2\n"), second = said.find("seed 1, 2 of 2\n");
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(first, second);
  EXPECT_THAT(said, HasSubstr("2 seeds, mean +- standard deviation: test accuracy "));
  EXPECT_THAT(said, HasSubstr("written to " + Out("runs/seeds.csv") + "\n"));
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(Out("runs"))) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("seed-1", "seed-3", "seeds.csv"));

  const std::vector<std::string> lines =
      absl::StrSplit(Read(Out("runs/seeds.csv")), '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 5u);
  const std::vector<std::string> row = absl::StrSplit(lines[1], ',');
  const Row last = Metrics(Out("runs/seed-3/metrics.csv")).back();
  EXPECT_EQ(row[0], "3");
  EXPECT_EQ(std::stod(row[2]), last.at("test_accuracy"));
  EXPECT_EQ(std::stod(row[3]), last.at("test_loss"));
}

// One command begins, goes on, skips what is done, and takes more seeds.
TEST_F(TrainSeedsTest, AutoGoesOn) {
  const std::vector<std::string> both = {"--seeds=1,2", "--epochs=2", "--resume=auto"};
  NoteInterrupt();
  const Outcome interrupted = Mondeq(Arguments("runs", both));
  ExpectError(interrupted, 130, {"interrupted in epoch 1, batch 1 of 6", Out("runs/seed-1")});
  EXPECT_FALSE(std::filesystem::exists(Out("runs/seed-2")));
  EXPECT_FALSE(std::filesystem::exists(Out("runs/seeds.csv")));

  const std::string rest = Train("runs", both);
  EXPECT_THAT(rest, HasSubstr("resumed after batch 1 of 6 of epoch 1"));
  ExpectRuns("runs", {"1", "2"}, {"--epochs=2"});
  const std::string summary = Read(Out("runs/seeds.csv"));
  const std::string nothing = Train("runs", both);
  EXPECT_THAT(nothing, Not(HasSubstr("epoch 2/2")));
  EXPECT_THAT(nothing, HasSubstr("nothing to do"));
  EXPECT_THAT(nothing, HasSubstr("2 seeds, mean"));
  EXPECT_EQ(Read(Out("runs/seeds.csv")), summary);
  EXPECT_EQ(Train("runs", {"--seeds=1,2,5", "--epochs=2", "--resume=auto", "--quiet"}), "");
  EXPECT_THAT(Read(Out("runs/seeds.csv")), HasSubstr("\n5,2,"));
  EXPECT_TRUE(std::filesystem::exists(Out("runs/seed-5/best.safetensors")));
}

// A signal that comes when a run has just ended is not lost.
TEST_F(TrainSeedsTest, InterruptBetweenRunsEndsIt) {
  ASSERT_EQ(Mondeq({"version"}).code, 0);  // every flag has its default
  absl::SetFlag(&FLAGS_config, config_);
  absl::SetFlag(&FLAGS_out, Out("runs"));
  absl::SetFlag(&FLAGS_seeds, "4,5");
  std::vector<std::string> begun;
  std::ostringstream shown;
  const absl::Status status = TrainSeeds(
      [&](const std::string& folder) {
        begun.push_back(folder);
        const InterruptWatch of_the_run;
        NoteInterrupt();
        return absl::OkStatus();
      },
      shown);
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(std::string(status.message()), HasSubstr("before the run of seed 5; --resume=auto"));
  EXPECT_THAT(begun, ::testing::ElementsAre(Out("runs/seed-4")));
  EXPECT_FALSE(InterruptWatch().Interrupted()) << "the next one begins anew";
}

// A run that fails ends it, and leaves those before it.
TEST_F(TrainSeedsTest, AFailureEndsIt) {
  Train("runs/seed-2", {"--epochs=1", "--seed=2", "--set=model.equilibrium.operator.dense.m=2"});
  ExpectError(Mondeq(Arguments("runs", {"--seeds=1,2,3", "--epochs=1", "--resume=auto"})), 2,
              {Out("runs/seed-2/checkpoint"), "dense].m: 2"});
  EXPECT_TRUE(std::filesystem::exists(Out("runs/seed-1/weights.safetensors")));
  EXPECT_FALSE(std::filesystem::exists(Out("runs/seed-3")));
  EXPECT_FALSE(std::filesystem::exists(Out("runs/seeds.csv")));
}

TEST_F(TrainSeedsTest, OneLogHasAllRuns) {
  Train("runs", {"--seeds=1,2", "--epochs=1", "--log=" + Out("log")});
  const std::string log = Read(Out("log"));
  EXPECT_THAT(log, HasSubstr("written to " + Out("runs/seed-1") + "\n"));
  EXPECT_THAT(log, HasSubstr("written to " + Out("runs/seed-2") + "\n"));
}

// What is in the way is told before anything is trained, and stays.
TEST_F(TrainSeedsTest, OtherFoldersAreRefused) {
  Train("plain", {"--epochs=1"});
  Train("runs", {"--seeds=1,2", "--epochs=1"});
  std::filesystem::remove_all(Out("runs/seed-1"));
  const auto before = FilesIn(directory_);
  ExpectError(Mondeq(Arguments("plain", {"--seeds=1", "--resume=auto"})), 2,
              {"--out: " + Out("plain") + " holds a run, "});
  ExpectError(Mondeq(Arguments("runs", {"--seeds=1,2"})), 2,
              {"--out: " + Out("runs/seed-2") + " holds a run already", "--resume=auto"});
  ExpectError(Mondeq(Arguments("runs", {"--seeds=7"})), 2,
              {"--out: " + Out("runs/seeds.csv") + " is there already", "--resume=auto"});
  ExpectError(Mondeq(Arguments("plain/more", {"--seeds=7"})), 2,
              {"is inside the folder of another run"});
  for (const char* const resume : {"--resume", "--resume=auto", "--noresume"}) {
    ExpectError(
        Mondeq(Arguments("runs", {resume})), 2,
        {"--out: " + Out("runs") + " has runs of several seeds, such as " + Out("runs/seed-2")});
  }
  EXPECT_EQ(FilesIn(directory_), before);
  // One of the runs is a run, and a folder of that name that has none is nobody's.
  Train("runs/seed-2", {"--seed=2", "--epochs=2", "--resume"});
  std::filesystem::create_directories(Out("other/seed-1"));
  Train("other", {"--epochs=1"});
}

TEST_F(TrainSeedsTest, BadValues) {
  const auto refuse = [&](const std::vector<std::string>& more,
                          const std::vector<std::string>& parts) {
    ExpectError(Mondeq(Arguments("bad", more)), 2, parts);
    EXPECT_FALSE(std::filesystem::exists(Out("bad")));
  };
  for (const char* const list : {"1,", ",1", "1,,2", "-1", "1,-2", "one", "1;2", "1.5", "1 2", " ",
                                 "99999999999999999999"}) {
    refuse({std::string("--seeds=") + list},
           {"mondeq: --seeds: expected whole numbers >= 0 between commas, found \""});
  }
  refuse({"--seeds="}, {"--seeds: expected a value, found none"});
  refuse({"--seeds=1,2,01"}, {"--seeds: expected every seed once, found 1 twice"});
  refuse({"--seeds=1,2", "--seed=3"}, {"--seeds: expected one of --seed and --seeds"});
  refuse({"--seeds=1,2", "--resume"}, {"--seeds: goes on by --resume=auto"});
  refuse({"--seeds=1,2", "--set=training.seed=3"},
         {"--seeds: expected one value for training.seed"});
  ExpectError(Mondeq({"train", "--config=" + config_, "--seeds=1"}), 2, {"--seeds: needs --out"});
  ExpectError(Mondeq({"train", "--out=" + Out("bad"), "--seeds=1"}), 2,
              {"--seeds: needs --config=FILE"});
  ExpectError(Mondeq({"eval", "--seeds=1"}), 2, {"eval does not take --seeds"});
}

}  // namespace
}  // namespace mondeq
