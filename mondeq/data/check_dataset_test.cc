#include "mondeq/data/check_dataset.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

DatasetConfig Config(const std::string& settings) {
  DatasetConfig config;
  ConfigSource source;
  const absl::Status status =
      ParseConfig("[mondeq.faulty] {" + settings + "}", "test", {}, &config, &source);
  EXPECT_TRUE(status.ok()) << status;
  return config;
}

absl::StatusOr<std::unique_ptr<Dataset>> Create(const std::string& settings) {
  return CreateDataset(Config(settings), ConfigSource(), {});
}

absl::Status Load(const std::string& settings, Split split) {
  const auto dataset = Create(settings);
  if (!dataset.ok()) return absl::InternalError(dataset.status().message());
  return LoadSamples(Config(settings), **dataset, split).status();
}

void ExpectRefused(const absl::Status& status, const std::string& what) {
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith("the data set plugin [mondeq.faulty]: "), HasSubstr(what),
                    Not(HasSubstr("\n"))));
}

TEST(CheckDatasetTest, TakesWhatIsSound) {
  EXPECT_TRUE(Load("", Split::kTrain).ok());
  EXPECT_TRUE(Load("", Split::kTest).ok());
  EXPECT_TRUE(Load("names: 2", Split::kTest).ok());
  EXPECT_TRUE(Load("pixels: 0 values: 72 last_value: '-3e38'", Split::kTrain).ok());
}

TEST(CheckDatasetTest, RefusesWhatCannotBeMeant) {
  for (const auto& [settings, what] : std::vector<std::pair<std::string, std::string>>{
           {"rows: 0", "expected samples of 1 to 2147483647 values, found 0 x 3 x 1"},
           {"columns: -3 rows: -4", "found -4 x -3 x 1"},
           {"channels: 0 mean: 1", "found 4 x 3 x 0"},
           {"rows: 4294967296 columns: 4294967296", "found 4294967296 x 4294967296 x 1"},
           {"classes: 0", "expected at least 1 class, found 0"},
           {"classes: -1", "found -1"},
           {"channels: 3", "mean: expected 3 finite numbers, found [0]"},
           {"mean: 1 mean: 2", "mean: expected 1 finite numbers, found [1, 2]"},
           {"stddev: 1 stddev: 2", "stddev: expected 1 finite numbers, found [1, 2]"},
           {"mean: 2e9", "mean: expected numbers from -1e+09 to 1e+09, found 2e+09"},
           {"mean: -1e38", "found -1e+38"},
           {"stddev: 1e-30", "found 1e-30"},
           {"stddev: 2e9", "found 2e+09"},
           {"stddev: 0", "stddev: expected numbers from 1e-09 to 1e+09, found 0"},
           {"stddev: -1", "found -1"}}) {
    ExpectRefused(Create(settings).status(), what);
  }
}

TEST(CheckDatasetTest, RefusesSamplesThatAreNotWhatTheDatasetSays) {
  for (const auto& [settings, what] : std::vector<std::pair<std::string, std::string>>{
           {"loaded_rows: 3", "expected samples of 4 x 3 x 1 values, found 3 x 3 x 1"},
           {"loaded_classes: 3", "expected 2 classes, found 3"},
           {"names: 3", "expected names of 2 classes, or none, found 3"},
           {"labels: 0 pixels: 0", "expected labels of 1 to 2147483647 samples, found 0"},
           {"pixels: 71", "expected 6 x 12 pixels, as there are 6 labels, found 71"},
           {"pixels: 73", "expected 6 x 12 pixels, as there are 6 labels, found 73"},
           {"labels: 7", "expected 7 x 12 pixels, as there are 7 labels, found 72"},
           {"values: 72", "expected pixels or values, found both"},
           {"pixels: 0 values: 71", "expected 6 x 12 values, as there are 6 labels, found 71"},
           {"pixels: 0 values: 72 last_value: 'nan'",
            "sample 5: expected values that are finite in float32, found nan"},
           {"pixels: 0 values: 72 last_value: '-inf'",
            "sample 5: expected values that are finite in float32, found -inf"},
           {"pixels: 0 values: 72 stddev: 0.1 last_value: '3e38'",
            "sample 5: expected values that are finite in float32, found 3e+38 before "
            "normalisation"},
           {"last_label: 2", "label of sample 5: expected 0 .. 1, found 2"},
           {"last_label: -1", "label of sample 5: expected 0 .. 1, found -1"}}) {
    ExpectRefused(Load(settings, Split::kTrain), "training samples: " + what);
    ExpectRefused(Load(settings + " only_test: true", Split::kTest), "test samples: " + what);
    EXPECT_TRUE(Load(settings + " only_test: true", Split::kTrain).ok());
  }
}

}  // namespace
}  // namespace mondeq
