// What the program does and says something about.
#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/core/safetensors.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A convolution on generated digits, with sigma = `nonlinearity`.
std::string ConvExperiment(const std::string& op, const std::string& nonlinearity) {
  std::string text = Replace(TinyExperiment(), "[mondeq.dense] { units: 20 }", op);
  text = Replace(text, "[mondeq.relu] {}", nonlinearity);
  text = Replace(text, "injection { [mondeq.affine] {} }", "injection { [mondeq.padded_conv] {} }");
  return Replace(text, "readout {", "readout { [mondeq.flatten] {} } readout {");
}

TEST(Warnings, ImagesThatWrapRound) {
  const std::string directory = NewDirectory("wrap_round");
  for (const std::string op :
       {"[mondeq.conv] { channels: 2 }", "[mondeq.multi_tier_conv] { channels: 2 channels: 3 }"}) {
    const std::string wraps =
        Write(directory + "/wraps.textproto", ConvExperiment(op, "[mondeq.relu] {}"));
    const std::string run = NewDirectory("wrap_round/run");
    const std::string input = directory + "/x.safetensors";
    Safetensors x;
    x.arrays["x"] = HostArray::From<float>({1, 144}, std::vector<float>(144, 0.5f));
    Write(input, SerializeSafetensors(x));
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"validate", "--config=" + wraps},
          {"train", "--config=" + wraps, "--epochs=1", "--out=" + run},
          {"eval", "--weights=" + run + "/weights.safetensors"},
          {"predict", "--weights=" + run + "/weights.safetensors", "--input=" + input}}) {
      const Outcome outcome = Mondeq(command);
      EXPECT_EQ(outcome.code, 0) << outcome.err;
      EXPECT_THAT(outcome.err, AllOf(HasSubstr("mondeq: warning: "), HasSubstr("wrap round"),
                                     HasSubstr("[mondeq.zero_border]")));
    }
    EXPECT_THAT(Mondeq({"validate", "--config=" + wraps}).err, HasSubstr(wraps + ":10:"));
    const std::string held =
        Write(directory + "/held.textproto",
              ConvExperiment(op, "[mondeq.zero_border] { inner { [mondeq.relu] {} } }"));
    EXPECT_EQ(Mondeq({"validate", "--config=" + held}).err, "");
  }
  // A kernel of one pixel takes nothing from beside it.
  const std::string point =
      Write(directory + "/point.textproto",
            ConvExperiment("[mondeq.conv] { channels: 2 kernel_size: 1 }", "[mondeq.relu] {}"));
  EXPECT_EQ(Mondeq({"validate", "--config=" + point}).err, "");
}

TEST(Warnings, ToriOfSlowTransforms) {
  const std::string directory = NewDirectory("slow_torus");
  const auto warnings = [&](const std::string& op) {
    const std::string config =
        Write(directory + "/c.textproto",
              ConvExperiment(op, "[mondeq.zero_border] { inner { [mondeq.relu] {} } }"));
    const Outcome outcome = Mondeq({"validate", "--config=" + config});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.err;
  };
  EXPECT_THAT(warnings("[mondeq.conv] { channels: 1 torus_columns: 53 }"),
              AllOf(HasSubstr("c.textproto:9:"), HasSubstr("the torus's 53 columns"),
                    HasSubstr("prime factor 53; 54 is the next fast size\n")));
  EXPECT_THAT(
      warnings("[mondeq.multi_tier_conv] { channels: [1, 1] torus_rows: 134 torus_columns: 16 }"),
      AllOf(HasSubstr("the torus's 134 rows"), HasSubstr("prime factor 67; 144 is")));
  EXPECT_EQ(warnings("[mondeq.conv] { channels: 1 torus_rows: 34 torus_columns: 49 }"), "");
}

TEST(Warnings, SolvesThatDidNotConverge) {
  const std::string config = Write(NewDirectory("unconverged") + "/c.textproto", TinyExperiment());
  const auto warnings = [&](const std::string& share) {
    return Mondeq({"train", "--config=" + config, "--epochs=1",
                   "--set=model.equilibrium.splitting.max_iterations=1", share})
        .err;
  };
  EXPECT_THAT(warnings("--warn_unconverged=0.5"),
              AllOf(HasSubstr("mondeq: warning: epoch 1: "),
                    HasSubstr(" % of the samples did not converge forward and "),
                    HasSubstr("(--warn_unconverged=0.5)\n")));
  EXPECT_EQ(warnings("--warn_unconverged=1"), "");
}

TEST(Warnings, BaselinesWithoutAGuarantee) {
  const std::string directory = NewDirectory("baseline"), run = directory + "/run";
  const std::string config = Write(directory + "/c.textproto", TinyExperiment());
  // With so few iterations what diverges stays finite.
  const std::string picard =
      "--set=model.equilibrium.splitting={[mondeq.picard] {} max_iterations: 3}";
  const std::string warning =
      "mondeq: warning: mondeq.picard is a baseline without a guarantee of convergence; "
      "mondeq.peaceman_rachford converges whatever the weights are\n";
  EXPECT_EQ(Mondeq({"train", "--config=" + config, "--epochs=1"}).err, "");
  EXPECT_EQ(Mondeq({"train", "--config=" + config, "--epochs=1", picard, "--out=" + run,
                    "--warn_unconverged=1"})
                .err,
            warning);
  EXPECT_THAT(Mondeq({"eval", "--weights=" + run + "/weights.safetensors"}).err,
              ::testing::StartsWith(warning));
  const Outcome list = Mondeq({"list", "splitting", "picard"});
  EXPECT_THAT(list.out, HasSubstr("no guarantee of convergence"));
  const Outcome alpha =
      Mondeq({"validate", "--config=" + config,
              "--set=model.equilibrium.splitting={[mondeq.picard] { alpha { value: 1 } }}"});
  EXPECT_EQ(alpha.code, 2) << alpha.err;
  EXPECT_THAT(alpha.err, HasSubstr("alpha"));
}

TEST(Warnings, LabelsByAnotherName) {
  const std::string directory = NewDirectory("labels"), run = directory + "/run";
  const std::string config = Write(directory + "/c.textproto", TinyExperiment());
  ASSERT_EQ(Mondeq({"train", "--config=" + config, "--epochs=1", "--out=" + run}).code, 0);
  Safetensors file;
  file.arrays["x"] = HostArray::From<float>({1, 144}, std::vector<float>(144, 0.5f));
  file.arrays["label"] = HostArray::From<std::int64_t>({1}, std::vector<std::int64_t>{3});
  const std::string x = Write(directory + "/x.safetensors", SerializeSafetensors(file));
  const Outcome outcome = Mondeq({"solve", "--weights=" + run + "/weights.safetensors",
                                  "--input=" + x, "--output=" + directory + "/y.safetensors"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr(x + ": label is not read; loss and gradients need an array "
                                         "labels"));
}

TEST(Said, PathsArePrintable) {
  const std::string directory = NewDirectory("printable");
  const std::string data = NewDirectory("printable/a\x1b[31m"), run = directory + "/b\x1b[31m";
  WriteMnistFiles(data);
  const std::string config = Write(directory + "/c.textproto", TinyMnist());
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"train", "--config=" + config, "--epochs=1", "--out=" + run},
        {"eval", "--weights=" + run + "/weights.safetensors"}}) {
    std::vector<std::string> whole = command;
    whole.push_back("--data_dir=" + data);
    const Outcome outcome = Mondeq(whole);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("data: "), HasSubstr("a\\x1b[31m"),
                                   ::testing::Not(HasSubstr("\x1b"))));
  }
}

}  // namespace
}  // namespace mondeq
