// A user's mistakes: what tests of bad input share. Each mistake must give the exit code, one line
// that says what and where, and leave every file as it was.
#ifndef MONDEQ_CLI_BAD_INPUT_TESTING_H_
#define MONDEQ_CLI_BAD_INPUT_TESTING_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/core/safetensors.h"

namespace mondeq {

inline constexpr int kUsage = 2, kFile = 3, kDevice = 4, kDiverged = 5;

using Strings = std::vector<std::string>;

class BadInput : public ::testing::Test {
 protected:
  // One trained run for all tests.
  static void SetUpTestSuite() {
    run_ = NewDirectory("trained") + "/run";
    const std::string config = Write(run_ + ".textproto", TinyExperiment());
    const Outcome outcome = Mondeq({"train", "--config=" + config, "--out=" + run_, "--epochs=1"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }

  void SetUp() override {
    directory_ = NewDirectory(::testing::UnitTest::GetInstance()->current_test_info()->name());
  }

  std::string File(const std::string& name, const std::string& contents) const {
    return Write(directory_ + "/" + name, contents);
  }
  std::string Path(const std::string& name) const { return directory_ + "/" + name; }

  // Runs the program and expects that error, and all files as they were before.
  void Refuses(const Strings& arguments, int code, const Strings& parts) const {
    const auto before = FilesIn(directory_), run_before = FilesIn(run_);
    const Outcome outcome = Mondeq(arguments);
    ExpectError(outcome, code, parts);
    EXPECT_EQ(FilesIn(directory_), before);
    EXPECT_EQ(FilesIn(run_), run_before);
  }

  // The tiny experiment with `from` replaced by `to` is a bad config.
  void RefusesConfig(const std::string& from, const std::string& to, const Strings& parts) const {
    const std::string config = File("bad.textproto", Replace(TinyExperiment(), from, to));
    Strings located = parts;
    located.push_back(config);
    Refuses({"validate", "--config=" + config}, kUsage, located);
    Refuses({"train", "--config=" + config, "--out=" + Path("out")}, kUsage, located);
  }

  // Training on MNIST files one of which holds `contents` is refused.
  void RefusesData(const std::string& name, const std::string& contents,
                   const Strings& parts) const {
    WriteMnistFiles(directory_);
    File(name, contents);
    Refuses(TrainMnist(), kFile, parts);
  }

  Strings TrainMnist() const {
    return {"train", "--config=" + File("mnist.textproto", TinyMnist()),
            "--data_dir=" + directory_};
  }

  // The command line of `verb` with the config of the trained run, and `more`.
  Strings Trained(const std::string& verb, const Strings& more) const {
    Strings arguments = {verb, "--config=" + run_ + "/experiment.textproto"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  static std::string Weights() { return run_ + "/weights.safetensors"; }

  // Writes the trained weights with changed metadata and returns the path.
  template <class Change>
  std::string ChangedWeights(const Change& change) const {
    Safetensors file = *ReadSafetensors(Weights());
    change(&file.metadata);
    return File("weights.safetensors", SerializeSafetensors(file));
  }
  // The same as earlier versions wrote weights, without a config.
  std::string OlderWeights() const {
    return ChangedWeights([](std::map<std::string, std::string>* metadata) {
      for (const char* const key : {"config", "mean", "stddev"}) metadata->erase(key);
    });
  }

  // Writes a file with x and, if they are not empty, labels, and returns its path.
  std::string Input(std::vector<Index> shape, const std::vector<float>& x,
                    const std::vector<std::int64_t>& labels = {}) const {
    Safetensors file;
    file.arrays["x"] = HostArray::From<float>(std::move(shape), x);
    if (!labels.empty()) {
      file.arrays["labels"] =
          HostArray::From<std::int64_t>({static_cast<Index>(labels.size())}, labels);
    }
    return File("x.safetensors", SerializeSafetensors(file));
  }
  std::string GoodInput() const { return Input({2, 144}, std::vector<float>(288, 0.5f), {3, 4}); }

  Strings Solve(const std::string& input, const Strings& more = {}) const {
    return SolveWith(Weights(), input, more);
  }
  Strings SolveWith(const std::string& weights, const std::string& input,
                    const Strings& more = {}) const {
    Strings arguments = Trained("solve", {"--weights=" + weights, "--input=" + input,
                                          "--output=" + File("y.safetensors", "old")});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  static inline std::string run_;
  std::string directory_;
};

}  // namespace mondeq

#endif  // MONDEQ_CLI_BAD_INPUT_TESTING_H_
