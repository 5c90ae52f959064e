// mondeq convergence on trained weights.
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/bad_input_testing.h"
#include "mondeq/core/file_lock.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

struct Row {
  std::string method;
  double alpha, iteration, ms, residual, certified, error;
};

// The rows of a file whose methods have no commas.
std::vector<Row> Rows(const std::string& csv) {
  std::vector<std::string> lines = absl::StrSplit(csv, '\n', absl::SkipEmpty());
  EXPECT_EQ(lines.front(), "method,alpha,iteration,time_ms,residual,certified_error,true_error");
  std::vector<Row> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> fields = absl::StrSplit(lines[i], ',');
    EXPECT_EQ(fields.size(), 7u) << lines[i];
    Row row{fields[0], 0, 0, 0, 0, 0, 0};
    std::size_t field = 1;
    for (double* value :
         {&row.alpha, &row.iteration, &row.ms, &row.residual, &row.certified, &row.error}) {
      EXPECT_TRUE(absl::SimpleAtod(fields[field++], value)) << lines[i];
    }
    rows.push_back(row);
  }
  return rows;
}

class ConvergenceTest : public BadInput {
 protected:
  Strings Command(const Strings& more) const {
    Strings arguments = {"convergence", "--weights=" + Weights(), "--out=" + Path("out")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::vector<Row> Measure(const Strings& more) const {
    const Outcome outcome = Mondeq(Command(more));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const std::vector<Row> rows = Rows(Read(Path("out/convergence.csv")));
    EXPECT_TRUE(std::filesystem::exists(Path("out/convergence.svg")));
    std::filesystem::remove(Path("out/convergence.csv"));
    std::filesystem::rename(Path("out/convergence.svg"), Path("chart.svg"));
    return rows;
  }
};

TEST_F(ConvergenceTest, EveryRowIsWithinItsBound) {
  for (const char* dtype : {"float32", "float64"}) {
    const std::vector<Row> rows =
        Measure({"--samples=7", "--iterations=30", std::string("--dtype=") + dtype});
    // In float64 the equilibria themselves are known to some 1e-12.
    std::map<std::string, std::vector<Row>> curves;
    for (const Row& row : rows) {
      EXPECT_LE(row.error, row.certified + 1e-11) << row.method << " " << row.iteration;
      EXPECT_GT(row.residual, 0);
      EXPECT_GT(row.ms, 0);
      curves[row.method].push_back(row);
    }
    for (const char* method : {"douglas_rachford", "forward_backward", "forward_backward_forward",
                               "forward_reflected_backward", "halpern", "peaceman_rachford"}) {
      ASSERT_EQ(curves.count(method), 1u) << method;
      const std::vector<Row>& curve = curves[method];
      EXPECT_EQ(curve.front().iteration, 1);
      // The steps of Tseng's method without a prox end nothing.
      const bool two_steps = std::string(method) == "forward_backward_forward";
      EXPECT_EQ(curve.size(), two_steps ? 15u : 30u) << method;
      EXPECT_LT(curve.back().error, curve.front().error) << method;
    }
    EXPECT_LT(curves["peaceman_rachford"].back().error, 1e-4);
  }
}

// What converges does so faster with some steps than with others, and to the same.
TEST_F(ConvergenceTest, EveryMethodWithEveryStep) {
  const std::vector<Row> rows =
      Measure({"--methods=peaceman_rachford, [mondeq.douglas_rachford] { relaxation: 0.8 }",
               "--alphas=auto,0.5,0.01", "--samples=3", "--iterations=4"});
  ASSERT_EQ(rows.size(), 24u);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].method,
              i < 12 ? "peaceman_rachford" : "[mondeq.douglas_rachford] { relaxation: 0.8 }");
    EXPECT_EQ(rows[i].iteration, static_cast<double>(i % 4 + 1));
    if (i / 4 % 3 != 0) {
      EXPECT_EQ(rows[i].alpha, i / 4 % 3 == 1 ? 0.5 : 0.01);
    }
  }
  EXPECT_NE(rows[3].error, rows[7].error);
  const std::string svg = Read(Path("chart.svg"));
  EXPECT_THAT(svg, HasSubstr("tiny: 3 test samples in float32, cpu"));
  EXPECT_THAT(svg, HasSubstr(">[mondeq.douglas_rachford] { relaxation: 0.8 }, alpha 0.01<"));
  std::size_t lines = 0;
  for (std::size_t at = svg.find("<polyline"); at != std::string::npos;
       at = svg.find("<polyline", at + 1)) {
    ++lines;
  }
  EXPECT_EQ(lines, 2u * 3 * 6);
}

TEST_F(ConvergenceTest, TextWithCommasIsOneField) {
  const Outcome outcome =
      Mondeq(Command({"--methods=[mondeq.halpern] { relaxation: 1, alpha { value: 0.5 } }",
                      "--samples=1", "--iterations=1"}));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(Read(Path("out/convergence.csv")),
              HasSubstr("\n\"[mondeq.halpern] { relaxation: 1, alpha { value: 0.5 } }\",0.5,1,"));
}

TEST_F(ConvergenceTest, ADivergingMethodEndsEarly) {
  const Outcome outcome = Mondeq(Command({"--methods=forward_backward,peaceman_rachford",
                                          "--alphas=100", "--samples=3", "--iterations=60"}));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("forward_backward need not converge"));
  EXPECT_THAT(outcome.out, HasSubstr("; diverged\n"));
  std::map<std::string, std::size_t> count;
  for (const Row& row : Rows(Read(Path("out/convergence.csv")))) {
    EXPECT_TRUE(std::isfinite(row.error));
    ++count[row.method];
  }
  EXPECT_LT(count["forward_backward"], 30u);
  EXPECT_EQ(count["peaceman_rachford"], 60u);
}

// A method may say itself what alpha is, where no flag says otherwise.
TEST_F(ConvergenceTest, AlphaIsSaidOnce) {
  const std::string method = "--methods=halpern,[mondeq.halpern] { alpha { value: 0.3 } }";
  const std::vector<Row> rows = Measure({method, "--samples=1", "--iterations=1"});
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].alpha, 0.3);
  for (const char* alphas : {"0.5", "auto,0.5", "0.3"}) {
    Refuses(Command({method, std::string("--alphas=") + alphas}), kUsage,
            {"--methods: [mondeq.halpern] { alpha { value: 0.3 } } says what alpha is", "--alphas",
             "in one of them"});
  }
  Refuses(Command({"--methods=[mondeq.halpern] { alpha { automatic {} } }", "--alphas=0.5"}),
          kUsage, {"says what alpha is"});
}

// A method that has but one step is measured once, whatever the others are given.
TEST_F(ConvergenceTest, PicardHasNoStepToChoose) {
  const std::vector<Row> rows =
      Measure({"--methods=picard,halpern", "--alphas=0.5,0.25", "--samples=1", "--iterations=1"});
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].method, "picard");
  EXPECT_EQ(rows[0].alpha, 1);
  EXPECT_EQ(rows[1].alpha, 0.5);
}

TEST_F(ConvergenceTest, NothingIsMeasuredTwice) {
  for (const char* alphas : {"0.5,0.2,0.50", "auto,auto", "5e-1,auto,.5"}) {
    Refuses(Command({std::string("--alphas=") + alphas}), kUsage, {"--alphas: ", "twice"});
  }
  Refuses(Command({"--methods=halpern,peaceman_rachford,halpern"}), kUsage,
          {"--methods: halpern is there twice"});
  Refuses(Command({"--methods=halpern,[mondeq.halpern]{}"}), kUsage,
          {"--methods: [mondeq.halpern]{} is there twice"});
}

TEST_F(ConvergenceTest, ResultsThatAreThereStay) {
  for (const char* name : {"out/convergence.csv", "out/convergence.svg"}) {
    std::filesystem::remove_all(Path("out"));
    std::filesystem::create_directory(Path("out"));
    File(name, "earlier");
    Refuses(Command({}), kUsage, {"--out: ", Path(name), "is there already", "another directory"});
    EXPECT_EQ(Read(Path(name)), "earlier");
  }
  std::filesystem::remove_all(Path("out"));
  std::filesystem::create_directory(Path("out"));
  const auto lock = FileLock::Take(Path("out/.mondeq-lock"));
  ASSERT_TRUE(lock.ok()) << lock.status();
  Refuses(Command({}), kUsage, {"--out: ", "is in use by"});
}

TEST_F(ConvergenceTest, BadFlags) {
  Refuses({"convergence", "--out=" + Path("out")}, kUsage, {"convergence needs --weights=FILE"});
  Refuses({"convergence", "--weights=" + Weights()}, kUsage, {"convergence needs --out=DIR"});
  Refuses(Command({"--methods=peaceman_rachfort"}), kUsage,
          {"--methods", "\"peaceman_rachfort\"", "\"peaceman_rachford\"", "halpern"});
  Refuses(Command({"--methods=halpern,"}), kUsage, {"--methods", "splitting method \"\""});
  Refuses(Command({"--methods=[mondeq.halpern] { relaxation: 7 }"}), kUsage,
          {"--methods:1:", "relaxation", "found 7"});
  Refuses(Command({"--methods=[mondeq.halpern] { relaxation: 1"}), kUsage, {"--methods:1:"});
  for (const char* alpha : {"0", "-1", "nan", "inf", "1e39", "x", "0.5,", "0.5;0.2"}) {
    Refuses(Command({std::string("--alphas=") + alpha}), kUsage,
            {"--alphas", "auto or a number >= 1e-12"});
  }
  Refuses(Command({"--alphas=.1,.2,.3,.4,.5,.6,.7"}), kUsage, {"--alphas", "at most 16", "x 7"});
  Refuses(Command({"--samples=0"}), kUsage, {"--samples", "1 to", "found 0"});
  Refuses(Command({"--samples=some"}), kUsage, {"--samples", "integer", "\"some\""});
  Refuses(Command({"--samples=-3"}), kUsage, {"--samples", "found -3"});
  Refuses(Command({"--samples=1000"}), kUsage, {"--samples", "the test samples", "found 1000"});
  Refuses(Command({"--iterations=0"}), kUsage, {"--iterations", "1 to 1000", "found 0"});
  Refuses(Command({"--iterations=1001"}), kUsage, {"--iterations", "1 to 1000", "found 1001"});
  Refuses(Command({"--dtype=half"}), kUsage, {"--dtype", "\"half\""});
  Refuses(Command({"--methods=[mondeq.halpern] { alpha { tune { minimum: 2 } } }"}), kUsage,
          {"--methods: mondeq.HalpernConfig.alpha", "minimum 2"});
  Refuses(Command({"--methods={}"}), kUsage, {"--methods"});
  Refuses(Command({"--methods=peaceman_rachford", "--methods=halpern"}), kUsage, {"--methods"});
  Refuses(Command({"--epochs=3"}), kUsage, {"convergence does not take --epochs"});
}

TEST_F(ConvergenceTest, BadFiles) {
  Refuses({"convergence", "--weights=" + Path("none"), "--out=" + Path("out")}, kFile,
          {Path("none"), "no such file"});
  Refuses({"convergence", "--weights=" + OlderWeights(), "--out=" + Path("out")}, kUsage,
          {"--config=FILE"});
  Refuses({"convergence", "--weights=" + Weights(), "--out=" + File("file", "")}, kFile,
          {Path("file"), "cannot write"});
}

}  // namespace
}  // namespace mondeq
