// Conformance of every registered data set.
// A library: a test program links it with the plugins under test, here or in another workspace
// (mondeq_conformance_test in tools/mondeq.bzl), and with what writes the files that they read
// (dataset_files_testing.h).
#include <cmath>
#include <memory>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/dataset_files_testing.h"
#include "mondeq/testing/examples.h"

namespace mondeq {
namespace {

bool IsFinite(float value) { return std::isfinite(value); }

std::unique_ptr<Dataset> Make(const DatasetConfig& config, const std::string& data_dir) {
  auto dataset = Registry<Dataset>::Create(config, ConfigSource(), {data_dir});
  EXPECT_TRUE(dataset.ok()) << dataset.status();
  return dataset.ok() ? *std::move(dataset) : nullptr;
}

TEST(DatasetRegistryTest, EveryPluginHasAnExample) {
  const auto names = Registry<Dataset>::Names();
  EXPECT_FALSE(names.empty());
  EXPECT_THAT(ExampleNames<DatasetExamples>(), ::testing::IsSupersetOf(names));
}

class DatasetConformanceTest : public ::testing::TestWithParam<Example<DatasetConfig>> {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "/dataset";
    WriteDatasetFiles(PluginName(GetParam().slot), dir_);
    dataset_ = Make(GetParam().slot, dir_);
    ASSERT_NE(dataset_, nullptr);
  }

  std::string dir_;
  std::unique_ptr<Dataset> dataset_;
};

TEST_P(DatasetConformanceTest, SamplesAreWhatTheDatasetSays) {
  const Normalization normalization = dataset_->normalization();
  EXPECT_EQ(static_cast<Index>(normalization.mean.size()), dataset_->features().channels);
  EXPECT_EQ(static_cast<Index>(normalization.stddev.size()), dataset_->features().channels);
  for (const float stddev : normalization.stddev) EXPECT_GT(stddev, 0);

  for (const Split split : {Split::kTrain, Split::kTest}) {
    const auto samples = dataset_->Load(split);
    ASSERT_TRUE(samples.ok()) << samples.status();
    EXPECT_EQ(samples->features, dataset_->features());
    EXPECT_EQ(samples->classes, dataset_->classes());
    EXPECT_TRUE(samples->pixels.empty() || samples->values.empty());
    EXPECT_EQ(static_cast<Index>(samples->pixels.size() + samples->values.size()),
              samples->count() * samples->features.dim());
    EXPECT_THAT(samples->values, ::testing::Each(::testing::Truly(IsFinite)));
    std::set<int> expected;
    for (int c = 0; c < samples->classes; ++c) expected.insert(c);
    EXPECT_EQ(std::set<int>(samples->labels.begin(), samples->labels.end()), expected);
  }
}

TEST_P(DatasetConformanceTest, LoadingAgainGivesTheSame) {
  const auto other = Make(GetParam().slot, dir_);
  for (const Split split : {Split::kTrain, Split::kTest}) {
    const auto one = dataset_->Load(split), two = other->Load(split);
    ASSERT_TRUE(one.ok() && two.ok());
    EXPECT_TRUE(one->pixels == two->pixels && one->values == two->values);
    EXPECT_TRUE(one->labels == two->labels);
  }
}

TEST_P(DatasetConformanceTest, TheSplitsDiffer) {
  const auto train = dataset_->Load(Split::kTrain), test = dataset_->Load(Split::kTest);
  ASSERT_TRUE(train.ok() && test.ok());
  EXPECT_FALSE(train->pixels == test->pixels && train->values == test->values);
}

INSTANTIATE_TEST_SUITE_P(All, DatasetConformanceTest,
                         ::testing::ValuesIn(NamedExamples<DatasetExamples>()), CaseName());

}  // namespace
}  // namespace mondeq
