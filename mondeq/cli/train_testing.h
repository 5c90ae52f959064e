// What tests of `mondeq train` share: runs of the tiny experiment in a directory of the test's own.
#ifndef MONDEQ_CLI_TRAIN_TESTING_H_
#define MONDEQ_CLI_TRAIN_TESTING_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/training/metrics.h"

namespace mondeq {

using Row = std::map<std::string, double>;

// The rows of a metrics.csv by the names in its header.
inline std::vector<Row> Metrics(const std::string& path) {
  const std::vector<std::string> lines = absl::StrSplit(Read(path), '\n', absl::SkipEmpty());
  const std::vector<std::string> names = absl::StrSplit(lines[0], ',');
  std::vector<Row> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> values = absl::StrSplit(lines[i], ',');
    EXPECT_EQ(values.size(), names.size());
    Row row;
    for (std::size_t j = 0; j < names.size(); ++j) {
      EXPECT_TRUE(absl::SimpleAtod(values[j], &row[names[j]])) << values[j];
    }
    rows.push_back(row);
  }
  return rows;
}

// The same without what the machine took.
inline std::vector<Row> MetricsOfTheRun(const std::string& path) {
  std::vector<Row> rows = Metrics(path);
  for (Row& row : rows) {
    for (const std::string& name : MetricNames()) {
      if (!IsOfTheMachine(name)) continue;
      EXPECT_EQ(row.erase(name), 1u) << name;
    }
  }
  return rows;
}

class TrainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = NewDirectory(::testing::UnitTest::GetInstance()->current_test_info()->name());
    config_ = Write(directory_ + "/tiny.textproto", TinyExperiment());
  }

  std::string Out(const std::string& name) const { return directory_ + "/" + name; }

  // Trains into directory `out`.
  std::string Train(const std::string& out, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"train", "--config=" + config_, "--out=" + Out(out)});
    const Outcome outcome = Mondeq(more);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return outcome.out;
  }

  std::string directory_;
  std::string config_;
};

}  // namespace mondeq

#endif  // MONDEQ_CLI_TRAIN_TESTING_H_
