// train and what it leaves behind.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/cli/train_testing.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(TrainTest, LeavesARun) {
  const std::string said = Train("run");
  EXPECT_THAT(said, HasSubstr("tiny: 3910 parameters; cpu"));
  EXPECT_THAT(said, HasSubstr("epoch 1/2: "));
  EXPECT_THAT(said, HasSubstr("epoch 2/2: "));
  EXPECT_THAT(said, HasSubstr("test accuracy"));
  EXPECT_THAT(said, HasSubstr("written to " + Out("run")));

  std::vector<std::string> names;
  for (const auto& file : FilesIn(Out("run"))) names.push_back(file.first);
  EXPECT_THAT(names, ElementsAre(Out("run/best.safetensors"),
                                 Out("run/checkpoint/step-000000006.safetensors"),
                                 Out("run/checkpoint/step-000000012.safetensors"),
                                 Out("run/environment.txt"), Out("run/experiment.textproto"),
                                 Out("run/metrics.csv"), Out("run/weights.safetensors")));
  const std::vector<Row> rows = Metrics(Out("run/metrics.csv"));
  ASSERT_EQ(rows.size(), 2u);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    EXPECT_EQ(row.at("epoch"), static_cast<double>(i + 1));
    EXPECT_GT(row.at("train_loss"), 0);
    EXPECT_GT(row.at("test_loss"), 0);
    EXPECT_GE(row.at("test_accuracy"), 0);
    EXPECT_LE(row.at("test_accuracy"), 1);
    EXPECT_GE(row.at("forward_iterations"), 1);
    EXPECT_GE(row.at("backward_iterations"), 1);
    EXPECT_EQ(row.at("alpha"), 0.5);
    EXPECT_EQ(row.at("learning_rate"), 5e-3);
    EXPECT_GT(row.at("seconds"), 0);
  }
  EXPECT_LT(rows[1].at("train_loss"), rows[0].at("train_loss"));
}

TEST_F(TrainTest, WithoutOutWritesNothing) {
  const auto before = FilesIn(directory_);
  const Outcome outcome = Mondeq({"train", "--config=" + config_});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("nothing was written: no --out"));
  EXPECT_EQ(FilesIn(directory_), before);
}

TEST_F(TrainTest, QuietLeavesWarningsAndTheFiles) {
  EXPECT_EQ(Train("run", {"--quiet"}), "");
  EXPECT_EQ(Metrics(Out("run/metrics.csv")).size(), 2u);
  EXPECT_EQ(Train("run", {"--quiet", "--resume"}), "");
  const Outcome bad =
      Mondeq({"train", "--config=" + config_, "--quiet",
              "--set=model.equilibrium.splitting={ [mondeq.forward_backward] { alpha { value: 1000 "
              "} } max_iterations: 10000 }"});
  ExpectError(bad, 5, {"epoch 1, batch "});
  EXPECT_THAT(bad.err, HasSubstr("mondeq: warning: "));
  EXPECT_EQ(bad.out, "");
}

// A log has what is said and the warnings and errors, in every run that is given it.
TEST_F(TrainTest, ALogGetsEveryLineWithItsTime) {
  const std::string log = "--log=" + Out("run/train.log");
  std::string said = Train("run", {"--epochs=1", log});
  said += Train("run", {"--resume", log});
  const Outcome refused =
      Mondeq({"train", "--resume", "--out=" + Out("run"), "--epochs=3",
              "--set=training.schedule={[mondeq.cosine] {learning_rate: 5e-3}}", log});
  EXPECT_NE(refused.code, 0);
  const std::string logged = Read(Out("run/train.log")),
                    expected = said + refused.out + refused.err;
  const std::vector<std::string> lines = absl::StrSplit(logged, '\n', absl::SkipEmpty());
  const std::vector<std::string> texts = absl::StrSplit(expected, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), texts.size()) << logged;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].substr(20), " " + texts[i]);
    EXPECT_THAT(lines[i].substr(0, 20),
                ::testing::MatchesRegex(
                    "20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z"));
  }
}

TEST_F(TrainTest, ALogIsNoOtherFile) {
  const auto train = [&](const std::string& log) {
    return Mondeq({"train", "--config=" + config_, "--out=" + Out("run"), "--log=" + log});
  };
  ExpectError(train(config_), 2, {"--log: ", "is the file of --config"});
  ExpectError(train(Out("run/metrics.csv")), 2, {"--log: ", "is a file of the run in "});
  ExpectError(train(Out("no/such/log")), 3, {Out("no/such/log"), "cannot write"});
  ExpectError(train("/dev/full"), 3, {"/dev/full: cannot write"});
  EXPECT_EQ(Read(config_), TinyExperiment());
}

TEST_F(TrainTest, EventFilesAreWrittenWhereAskedFor) {
  Train("run", {"--tensorboard"});
  const auto with = FilesIn(Out("run"));
  const auto events = with.lower_bound(Out("run/events.out.tfevents."));
  ASSERT_NE(events, with.end());
  EXPECT_THAT(events->second, HasSubstr("solver/forward_iterations"));
  EXPECT_THAT(events->second, HasSubstr("step/loss"));
  ExpectError(Mondeq({"train", "--config=" + config_, "--tensorboard"}), 2,
              {"--tensorboard: needs --out=DIR"});
  ExpectError(Mondeq({"predict", "--tensorboard"}), 2, {"--tensorboard"});
}

TEST_F(TrainTest, EvalReproducesTheLastRow) {
  Train("run");
  const Row last = Metrics(Out("run/metrics.csv")).back();
  const Outcome outcome = Mondeq({"eval", "--config=" + Out("run/experiment.textproto"),
                                  "--weights=" + Out("run/weights.safetensors")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  Row said;
  const std::string numbers = outcome.out.substr(0, outcome.out.find("\n\n"));
  for (const absl::string_view line : absl::StrSplit(numbers, '\n')) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(line, ": ");
    EXPECT_TRUE(absl::SimpleAtod(parts.second, &said[parts.first])) << line;
  }
  EXPECT_EQ(said.at("test_loss"), last.at("test_loss"));
  EXPECT_EQ(said.at("test_accuracy"), last.at("test_accuracy"));
  EXPECT_EQ(said.at("alpha"), last.at("alpha"));
  EXPECT_EQ(said.at("samples"), 100);
  EXPECT_GE(said.at("forward_iterations"), 1);

  const Outcome without = Mondeq({"eval", "--weights=" + Out("run/weights.safetensors")});
  EXPECT_EQ(without.code, 0) << without.err;
  EXPECT_EQ(without.out, outcome.out) << "the weights hold the config";
}

// The criterion may be given where the weights are used, or come with them.
TEST_F(TrainTest, CertifiedErrorsMayBeTheCriterion) {
  const std::string certified = "--set=model.equilibrium.splitting.criterion=CERTIFIED_ERROR";
  const std::string tolerance = "--set=model.equilibrium.splitting.tolerance=";
  const auto eval = [&](const std::string& run, const std::vector<std::string>& more) {
    std::vector<std::string> command = {"eval", "--weights=" + Out(run) + "/weights.safetensors"};
    command.insert(command.end(), more.begin(), more.end());
    const Outcome outcome = Mondeq(command);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome;
  };
  Train("run");
  Train("certified", {certified, "--epochs=2"});
  for (const Row& row : Metrics(Out("certified") + "/metrics.csv")) {
    EXPECT_LE(row.at("relative_error"), 1e-2);
    EXPECT_EQ(row.at("forward_unconverged"), 0);
  }
  EXPECT_THAT(eval("run", {}).out, Not(HasSubstr("certified")));
  for (const Outcome& outcome :
       {eval("run", {certified}), eval("certified", {}), eval("certified", {tolerance + "1e-3"})}) {
    EXPECT_THAT(outcome.out, HasSubstr("\ncertified: 1\n"));
    EXPECT_EQ(outcome.err, "");
  }
  // Float32 cannot tell so small errors.
  const Outcome below = eval("run", {certified, tolerance + "1e-9"});
  EXPECT_THAT(below.out, HasSubstr("\ncertified: 0\n"));
  EXPECT_THAT(below.err, HasSubstr("did not converge"));
  EXPECT_THAT(below.err, HasSubstr("are certified only to a relative error of"));
}

TEST_F(TrainTest, NamesOfConfigsArePrintedEscaped) {
  Write(config_, Replace(TinyExperiment(), "\"tiny\"", "\"caf\xC3\xA9\\033[31m\\nx\""));
  EXPECT_THAT(Train("run"), HasSubstr("caf\xC3\xA9\\x1b[31m\\nx: 3910 parameters"));
}

TEST_F(TrainTest, FlagsReplaceTheConfig) {
  Train("run",
        {"--epochs", "1", "--seed=7", "--set=training.schedule.constant.learning_rate=0.25",
         "--set", "model.equilibrium.operator.dense.units=13", "--threads=1", "--device=cpu"});
  const std::string resolved = Read(Out("run/experiment.textproto"));
  EXPECT_THAT(resolved, HasSubstr("epochs: 1\n"));
  EXPECT_THAT(resolved, HasSubstr("seed: 7\n"));
  EXPECT_THAT(resolved, HasSubstr("learning_rate: 0.25\n"));
  EXPECT_THAT(resolved, HasSubstr("units: 13\n"));
  // Defaults are explicit.
  EXPECT_THAT(resolved, HasSubstr("max_iterations: 300\n"));
  EXPECT_THAT(resolved, HasSubstr("beta2: 0.999\n"));
  EXPECT_EQ(Metrics(Out("run/metrics.csv")).size(), 1u);
}

TEST_F(TrainTest, SeedDecides) {
  Train("a", {"--seed=1"});
  Train("b", {"--seed=1"});
  Train("c", {"--seed=2"});
  EXPECT_EQ(Read(Out("a/weights.safetensors")), Read(Out("b/weights.safetensors")));
  EXPECT_NE(Read(Out("a/weights.safetensors")), Read(Out("c/weights.safetensors")));
}

TEST_F(TrainTest, DivergenceKeepsTheCompleteEpochs) {
  Train("run", {"--epochs=1"});
  const auto before = FilesIn(Out("run"));
  // Such a step takes the state to infinity.
  const std::string step =
      "--set=model.equilibrium.splitting={ [mondeq.forward_backward] { alpha { value: 1000 } } "
      "max_iterations: 10000 }";
  const Outcome outcome =
      Mondeq({"train", "--config=" + config_, "--out=" + Out("other"), "--epochs=5", step});
  ExpectError(outcome, 5, {"epoch 1", "no checkpoint was written"});
  EXPECT_EQ(FilesIn(Out("run")), before);
}

TEST_F(TrainTest, AugmentsTrainingSamplesOnly) {
  Train("plain", {"--epochs=1"});
  Train("augmented", {"--epochs=1", "--set=data.augmentation=[{ [mondeq.horizontal_flip] {} }]"});
  const Row plain = Metrics(Out("plain/metrics.csv")).back();
  const Row augmented = Metrics(Out("augmented/metrics.csv")).back();
  EXPECT_NE(plain.at("train_loss"), augmented.at("train_loss"));
  const std::string weights = "--weights=" + Out("plain/weights.safetensors");
  const auto eval = [&](const std::string& run) {
    return Mondeq({"eval", "--config=" + Out(run + "/experiment.textproto"), weights}).out;
  };
  EXPECT_EQ(eval("plain"), eval("augmented"));
}

// A step takes the weights far away after the first epoch, so that a later one is not the best.
std::vector<std::string> WorseAndWorse(std::vector<std::string> more) {
  more.push_back(
      "--set=training.schedule={ [mondeq.step] { learning_rate: 1e-2 every_epochs: 1 factor: 30 } "
      "}");
  return more;
}

TEST_F(TrainTest, SamplesHeldBackAreReportedAndChooseTheBest) {
  const std::string held = "--set=training.validation_fraction=0.2";
  const std::string said = Train("run", WorseAndWorse({held, "--tensorboard"}));
  EXPECT_THAT(said, HasSubstr("validation loss "));
  const std::vector<Row> rows = Metrics(Out("run/metrics.csv"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_GT(rows[0].at("validation_accuracy"), rows[1].at("validation_accuracy"));
  EXPECT_GT(rows[1].at("validation_loss"), 0);
  Train("one", WorseAndWorse({held, "--epochs=1"}));
  EXPECT_EQ(Read(Out("run/best.safetensors")), Read(Out("one/weights.safetensors")));
  EXPECT_NE(Read(Out("run/weights.safetensors")), Read(Out("one/weights.safetensors")));
  const auto files = FilesIn(Out("run"));
  EXPECT_THAT(files.lower_bound(Out("run/events.out.tfevents."))->second,
              HasSubstr("validation/accuracy"));
  // Without it nothing of the files is about it.
  Train("plain");
  EXPECT_THAT(Read(Out("plain/metrics.csv")), Not(HasSubstr("validation")));
}

TEST_F(TrainTest, StopsEarlyAndSaysSo) {
  // No accuracy is better by more than that.
  const std::vector<std::string> flags = {
      "--set=training.validation_fraction=0.2", "--epochs=9",
      "--set=training.early_stopping={ metric: VALIDATION_ACCURACY patience: 2 min_improvement: 1 "
      "}"};
  const std::string said = Train("run", flags);
  const std::string why = "stopped early: the validation accuracy has not improved on ";
  EXPECT_THAT(said, ::testing::ContainsRegex("after 3 epochs, .*; " + why +
                                             "[0-9.]+ % since epoch 1; written to "));
  EXPECT_EQ(Metrics(Out("run/metrics.csv")).size(), 3u);
  const auto before = FilesIn(Out("run"));
  std::vector<std::string> again = flags;
  again.push_back("--resume=auto");
  EXPECT_THAT(Train("run", again), HasSubstr("nothing to do: " + why));
  EXPECT_EQ(FilesIn(Out("run")), before);
}

TEST_F(TrainTest, TrainsOnMnistFiles) {
  WriteMnistFiles(directory_);
  Write(config_, TinyMnist());
  Train("run", {"--data_dir=" + directory_});
  EXPECT_EQ(Metrics(Out("run/metrics.csv")).size(), 2u);
  const Outcome eval =
      Mondeq({"eval", "--weights=" + Out("run/weights.safetensors"), "--data_dir=" + directory_});
  EXPECT_EQ(eval.code, 0) << eval.err;
  const std::string said = Train("more", {"--data_dir=" + directory_, "--epochs=1"});
  // The folder that files were read from is told.
  EXPECT_THAT(said, HasSubstr("\ndata: " + directory_ + "\n"));
  EXPECT_THAT(eval.out, HasSubstr("\ndata: " + directory_ + "\n"));
  EXPECT_THAT(said, Not(HasSubstr("not converged")));
}

}  // namespace
}  // namespace mondeq
