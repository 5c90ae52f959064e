#include "mondeq/training/training_data.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/data/check_dataset.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

// Samples of the digits with flips, of which the config holds some back as `training` says.
absl::StatusOr<TrainingData> Load(const std::string& training) {
  Experiment experiment;
  ConfigSource source;
  const absl::Status parsed = ParseConfig(absl::StrCat(R"(
name: "some"
data {
  [mondeq.digits] { size: 8 train_count: 200 test_count: 30 }
  batch_size: 50
  test_batch_size: 7
  augmentation { [mondeq.horizontal_flip] {} }
}
model {
  equilibrium {
    injection { [mondeq.affine] {} }
    operator { [mondeq.dense] { units: 4 } }
    nonlinearity { [mondeq.relu] {} }
    splitting { [mondeq.peaceman_rachford] { alpha { value: 0.5 } } }
  }
  readout { [mondeq.affine] {} }
}
training {
  optimizer { [mondeq.adam] {} }
  schedule { [mondeq.constant] {} }
)",
                                                       training, "\n}\n"),
                                          "test", {}, &experiment, &source);
  EXPECT_TRUE(parsed.ok()) << parsed;
  const auto dataset = CreateDataset(experiment.data(), source, {});
  EXPECT_TRUE(dataset.ok()) << dataset.status();
  return LoadTrainingData(experiment, source, **dataset);
}

// Whether a batch of this loader has no sample that is changed.
bool Unchanged(const Loader& loader, Index batch) {
  std::vector<DrawnSample> drawn(static_cast<std::size_t>(loader.count(batch)));
  loader.Draw(batch, drawn.data());
  for (const DrawnSample& one : drawn) {
    if (one.map.columns.sign != 1) return false;
  }
  return true;
}

TEST(TrainingDataTest, WithoutAFractionNothingIsHeldBack) {
  const auto data = Load("");
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_FALSE(data->validation.has_value());
  EXPECT_EQ(data->train.samples().count(), 200);
  EXPECT_EQ(data->test.samples().count(), 30);
}

TEST(TrainingDataTest, WhatIsHeldBackIsLikeTestSamples) {
  auto data = Load("validation_fraction: 0.1");
  ASSERT_TRUE(data.ok()) << data.status();
  ASSERT_TRUE(data->validation.has_value());
  EXPECT_EQ(data->train.samples().count(), 180);
  EXPECT_EQ(data->validation->samples().count(), 20);
  EXPECT_EQ(data->test.samples().count(), 30);
  EXPECT_EQ(data->train.batch_size(), 50);
  EXPECT_EQ(data->validation->batch_size(), 7);
  for (Index batch = 0; batch < data->validation->batches(); ++batch) {
    EXPECT_TRUE(Unchanged(*data->validation, batch));
  }
  EXPECT_FALSE(Unchanged(data->train, 0)) << "half of them are flipped";
  std::vector<DrawnSample> drawn(7);
  data->validation->Draw(1, drawn.data());
  for (std::int32_t i = 0; i < 7; ++i) EXPECT_EQ(drawn[static_cast<std::size_t>(i)].sample, 7 + i);
}

TEST(TrainingDataTest, BothPartsMustHaveSamples) {
  for (const char* const fraction : {"0.001", "0.999"}) {
    const absl::Status status = Load(absl::StrCat("validation_fraction: ", fraction)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("training.validation_fraction: expected some of the 200 training samples "
                          "to be held back and some to be left"));
  }
}

}  // namespace
}  // namespace mondeq
