// Every example of a help text works: its files are replaced by small ones, and it is run.
#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/cli/parse_flags.h"
#include "mondeq/cli/run.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/data/idx_testing.h"
#include "mondeq/data/image_testing.h"

namespace mondeq {
namespace {

// Writes what the examples read, and tells what stands for what in them.
class HelpExamplesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string tiny = Write(Path("tiny.textproto"), TinyExperiment());
    const std::string mnist = Write(Path("mnist.textproto"), TinyMnist());
    WriteMnistFiles(directory_);
    const Outcome trained = Mondeq({"train", "--config=" + tiny, "--out=" + Path("run")});
    ASSERT_EQ(trained.code, 0) << trained.err;
    Safetensors x;
    x.arrays["x"] = HostArray::From<float>({2, 144}, std::vector<float>(288, 0.5f));
    Write(Path("x.safetensors"), SerializeSafetensors(x));
    Write(Path("images"), IdxBytes(0x803, {1, 12, 12}, std::string(144, 'x')));
    std::filesystem::create_directory(Path("photos"));
    Write(Path("photos/a.png"), PngBytes({{5, 4, 3}, std::vector<std::uint8_t>(60, 9)}));
    WriteTheirs();
    stands_for_ = {{"configs/quickstart.textproto", tiny},
                   {"configs/mnist_dense.textproto", mnist},
                   {"configs/mnist_conv.textproto", mnist},
                   {"/data/mnist", directory_},
                   {"/tmp/quickstart", Path("quickstart")},
                   {"/tmp/seeds", Path("seeds")},
                   {"run/weights.safetensors", Path("run/weights.safetensors")},
                   {"=weights.safetensors", "=" + Path("imported.safetensors")},
                   {"theirs.safetensors", Path("theirs.safetensors")},
                   {"=x.safetensors", "=" + Path("x.safetensors")},
                   {"=y.safetensors", "=" + Path("y.safetensors")},
                   {"=photos", "=" + Path("photos")},
                   {"=classes.csv", "=" + Path("classes.csv")},
                   {"=predictions.csv", "=" + Path("predictions.csv")},
                   {"--run=run", "--run=" + Path("run")},
                   {"--run=one", "--run=" + Path("run")},
                   {"--run=other", "--run=" + Path("run")},
                   {"=report.html", "=" + Path("report.html")},
                   {"=both.html", "=" + Path("both.html")},
                   {"=convergence", "=" + Path("convergence")},
                   {"=certified", "=" + Path("certified")},
                   // How many there are is of no interest either.
                   {"--samples=500", "--samples=20"},
                   {"--samples=1000", "--samples=20"},
                   {"t10k-images-idx3-ubyte.gz", Path("images")}};
  }

  // The weights of TinyMnist's model as the published code names them.
  void WriteTheirs() const {
    Safetensors theirs;
    const std::string linear = "mon.linear_module.";
    const std::vector<std::pair<std::string, std::vector<Index>>> arrays = {
        {linear + "U.weight", {20, 784}}, {linear + "U.bias", {20}},
        {linear + "A.weight", {20, 20}},  {linear + "B.weight", {20, 20}},
        {"Wout.weight", {10, 20}},        {"Wout.bias", {10}}};
    for (const auto& [name, shape] : arrays) {
      const auto size = static_cast<std::size_t>(shape[0] * (shape.size() > 1 ? shape[1] : 1));
      theirs.arrays[name] = HostArray::From<float>(shape, std::vector<float>(size, 0.01f));
    }
    Write(Path("theirs.safetensors"), SerializeSafetensors(theirs));
  }

  std::string Path(const std::string& name) const { return directory_ + "/" + name; }

  // Runs a line "mondeq VERB ...", which must succeed.
  void Works(const std::string& line) const {
    // The folder of a run that is not resumed must be new.
    if (absl::StrContains(line, "--out=") && !absl::StrContains(line, "--resume")) {
      for (const char* name : {"quickstart", "convergence", "certified"})
        std::filesystem::remove_all(Path(name));
    }
    std::vector<std::string> arguments =
        absl::StrSplit(absl::StrReplaceAll(line, stands_for_), ' ');
    arguments.erase(arguments.begin());
    // Its time is of no interest here.
    const bool times_steps =
        std::find(arguments.begin(), arguments.end(), "--allreduce") == arguments.end();
    if (arguments[0] == "bench" && times_steps) arguments.push_back("--steps=1");
    const Outcome outcome = Mondeq(arguments);
    EXPECT_EQ(outcome.code, 0) << line << ": " << outcome.err;
  }

  const std::string directory_ = NewDirectory("help_examples");
  std::vector<std::pair<std::string, std::string>> stands_for_;
};

TEST_F(HelpExamplesTest, Work) {
  for (const Verb& verb : Verbs()) {
    for (const std::string& example : verb.examples) {
      // Tests need no network.
      if (!absl::StrContains(example, " data fetch ")) Works(example);
    }
    if (std::find(verb.optional.begin(), verb.optional.end(), "set") == verb.optional.end()) {
      continue;
    }
    const std::string meaning = GetFlagNamed("set").Help();
    for (const absl::string_view word : absl::StrSplit(meaning, absl::ByAnyChar(" ;"))) {
      if (absl::StartsWith(word, "--set=")) Works(absl::StrCat(verb.examples.front(), " ", word));
    }
  }
}

}  // namespace
}  // namespace mondeq
