// eval: what it prints and writes agrees with itself, with predict and with the definitions.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/cli/train_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class EvalTest : public TrainTest {
 protected:
  void SetUp() override {
    TrainTest::SetUp();
    Train("run");
  }

  std::string Eval(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> command = {"eval", "--weights=" + Out("run/weights.safetensors")};
    command.insert(command.end(), more.begin(), more.end());
    const Outcome outcome = Mondeq(command);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  }
};

// The value of a line "NAME: VALUE".
double Number(const std::string& said, const std::string& name) {
  const std::size_t at = said.find("\n" + name + ": ");
  EXPECT_NE(at, std::string::npos) << name;
  double value = NAN;
  const std::string rest = said.substr(at + name.size() + 3);
  EXPECT_TRUE(absl::SimpleAtod(rest.substr(0, rest.find('\n')), &value)) << rest;
  return value;
}

double Probability(const Row& row, double label) {
  return row.at(absl::StrCat("probability_", static_cast<int>(label)));
}

// The numbers of a column, from small to large.
std::vector<double> Sorted(const std::vector<Row>& rows, const std::string& column) {
  std::vector<double> values;
  for (const Row& row : rows) values.push_back(row.at(column));
  std::sort(values.begin(), values.end());
  return values;
}

// In batches of 30, 30, 30 and 10 samples.
TEST_F(EvalTest, WhatIsPrintedIsOfTheRows) {
  const std::string said =
      Eval({"--output=" + Out("predictions.csv"), "--set=data.test_batch_size=30"});
  const std::vector<Row> rows = Metrics(Out("predictions.csv"));
  ASSERT_EQ(rows.size(), 100u);
  double right = 0, loss = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    EXPECT_EQ(row.at("index"), static_cast<double>(i));
    EXPECT_EQ(row.at("confidence"), Probability(row, row.at("predicted")));
    double sum = 0;
    for (int c = 0; c < 10; ++c) {
      sum += Probability(row, c);
      EXPECT_LE(Probability(row, c), row.at("confidence"));
    }
    EXPECT_NEAR(sum, 1, 1e-8) << "ten numbers of 9 digits";
    EXPECT_NEAR(row.at("loss"), -std::log(Probability(row, row.at("label"))), 1e-7);
    EXPECT_EQ(row.at("converged"), 1);
    EXPECT_GE(row.at("iterations"), 1);
    right += row.at("label") == row.at("predicted") ? 1 : 0;
    loss += row.at("loss");
  }
  EXPECT_THAT(said, HasSubstr(absl::StrFormat("test_accuracy: %.9g\n", right / 100)));
  // The loss is computed in float32, term by term.
  EXPECT_NEAR(Number("\n" + said, "test_loss"), loss / 100, 1e-6 * loss / 100);

  // Ends of the interval are where the test of that share just rejects.
  for (const char* const end : {"test_accuracy_low", "test_accuracy_high"}) {
    const double p = Number(said, end);
    EXPECT_NEAR(std::abs(p - right / 100), 1.959964 * std::sqrt(p * (1 - p) / 100), 1e-6);
  }
  for (const std::string name : {"relative_error", "error_bound"}) {
    const std::vector<double> values = Sorted(rows, name);
    for (const auto& [suffix, place] : {std::make_pair("_median", 49), std::make_pair("_95", 94)}) {
      EXPECT_NEAR(Number(said, name + suffix), values[static_cast<std::size_t>(place)],
                  6e-3 * values[static_cast<std::size_t>(place)])
          << "three digits";
    }
  }
  EXPECT_NEAR(Number(said, "error_bound_max"), Sorted(rows, "error_bound").back(),
              6e-3 * Number(said, "error_bound_max"));
  EXPECT_NEAR(Number(said, "relative_error"), Sorted(rows, "relative_error").back(),
              6e-3 * Number(said, "relative_error"));
}

TEST_F(EvalTest, TablesAreOfTheRows) {
  const std::string said = Eval({"--output=" + Out("predictions.csv")});
  // "5 0 2 ...", a line for every label.
  std::vector<std::vector<int>> matrix(10, std::vector<int>(10));
  for (const Row& row : Metrics(Out("predictions.csv"))) {
    ++matrix[static_cast<std::size_t>(row.at("label"))]
            [static_cast<std::size_t>(row.at("predicted"))];
  }
  std::vector<std::string> expected;
  for (std::size_t label = 0; label < 10; ++label) {
    expected.push_back(absl::StrCat(label, " ", absl::StrJoin(matrix[label], " ")));
  }
  const std::vector<std::string> parts = absl::StrSplit(said, "\n\n");
  ASSERT_EQ(parts.size(), 3u);
  std::vector<std::string> found;
  for (const absl::string_view line : absl::StrSplit(parts[2], '\n')) {
    found.push_back(absl::StrJoin(absl::StrSplit(line, ' ', absl::SkipEmpty()), " "));
  }
  ASSERT_EQ(found.size(), 13u) << "title, classes, labels, and what is after the last line";
  EXPECT_EQ(found[1], "0 1 2 3 4 5 6 7 8 9");
  EXPECT_EQ(std::vector<std::string>(found.begin() + 2, found.end() - 1), expected);
  for (std::size_t label = 0; label < 10; ++label) {
    const int support = std::accumulate(matrix[label].begin(), matrix[label].end(), 0);
    EXPECT_THAT(parts[1], HasSubstr(absl::StrFormat("\n%7d  %7d  ", label, support)));
  }
}

TEST_F(EvalTest, SaysTheSameWithoutAFile) {
  EXPECT_EQ(Eval(), Eval({"--output=" + Out("predictions.csv")}));
}

TEST_F(EvalTest, RowsAreThoseOfPredict) {
  Eval({"--output=" + Out("eval.csv")});
  const Outcome outcome = Mondeq({"predict", "--weights=" + Out("run/weights.safetensors"),
                                  "--split=test", "--output=" + Out("predict.csv")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::vector<Row> rows = Metrics(Out("eval.csv")), theirs = Metrics(Out("predict.csv"));
  ASSERT_EQ(rows.size(), theirs.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].at("predicted"), theirs[i].at("class"));
    EXPECT_EQ(rows[i].at("label"), theirs[i].at("label"));
    for (int c = 0; c < 10; ++c) EXPECT_EQ(Probability(rows[i], c), Probability(theirs[i], c));
  }
}

TEST_F(EvalTest, RowsTellWhatDidNotConverge) {
  const Outcome outcome =
      Mondeq({"eval", "--weights=" + Out("run/weights.safetensors"), "--output=" + Out("p.csv"),
              "--set=model.equilibrium.splitting.tolerance=1e-6",
              "--set=model.equilibrium.splitting.max_iterations=2"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  int unconverged = 0;
  for (const Row& row : Metrics(Out("p.csv"))) {
    unconverged += row.at("converged") == 0 ? 1 : 0;
    EXPECT_EQ(row.at("iterations"), 2);
  }
  EXPECT_THAT(outcome.err,
              HasSubstr(absl::StrCat(unconverged, " of 100 samples did not converge")));
}

// The data set's names of its classes stand beside their numbers.
TEST(EvalNames, AreTheDataSets) {
  const std::string directory = NewDirectory("eval_names"), run = directory + "/run";
  Write(directory + "/train.csv", "x,y,label\n0,1,elm\n1,0,ash\n");
  Write(directory + "/test.csv", "x,y,label\n0,1,elm\n1,0,ash\n1,0.1,ash\n");
  const std::string config = Write(
      directory + "/c.textproto",
      Replace(TinyExperiment(), "[mondeq.digits] { size: 12 train_count: 300 test_count: 100 }",
              "[mondeq.csv] { shape: 2 class_name: ['elm', 'ash'] }"));
  const std::string data = "--data_dir=" + directory;
  ASSERT_EQ(Mondeq({"train", "--config=" + config, data, "--out=" + run}).code, 0);
  const Outcome outcome = Mondeq({"eval", "--weights=" + run + "/weights.safetensors", data});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const std::size_t tables = outcome.out.find("\n\n");
  ASSERT_NE(tables, std::string::npos);
  EXPECT_THAT(outcome.out.substr(0, tables), AllOf(StartsWith("test_loss: "), HasSubstr("data: ")));
  const std::vector<std::string> lines = absl::StrSplit(outcome.out.substr(tables), '\n');
  const auto end_with = [&](const char* name) {
    return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return ::testing::Matches(::testing::EndsWith(name))(line);
    });
  };
  EXPECT_EQ(end_with("  elm"), 2);
  EXPECT_EQ(end_with("  ash"), 2);
}

}  // namespace
}  // namespace mondeq
