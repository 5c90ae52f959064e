// Conformance of every registered data set, and the errors of those that read files.
#include "mondeq/data/dataset.h"

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/file.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/color_images_testing.h"
#include "mondeq/data/idx_testing.h"
#include "mondeq/testing/examples.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

namespace fs = std::filesystem;

constexpr char kExamples[] = "mondeq/data/examples.textproto";

void Write(const std::string& path, const std::string& bytes) {
  fs::create_directories(fs::path(path).parent_path());
  ASSERT_TRUE(WriteFileAtomically(path, bytes).ok());
}

// 30 training images and 20 test images, the former packed.
void WriteMnist(const std::string& folder) {
  for (const bool train : {true, false}) {
    const std::uint32_t count = train ? 30 : 20;
    std::string pixels, labels;
    for (std::uint32_t i = 0; i < count; ++i) {
      labels += static_cast<char>(i % 10);
      for (std::uint32_t p = 0; p < 784; ++p) pixels += static_cast<char>(i * p + p / 28);
    }
    const std::string images_file = IdxBytes(0x803, {count, 28, 28}, pixels);
    const std::string labels_file = IdxBytes(0x801, {count}, labels);
    if (train) {
      Write(folder + "/train-images-idx3-ubyte.gz", Gzip(images_file));
      Write(folder + "/train-labels-idx1-ubyte.gz", Gzip(labels_file));
    } else {
      Write(folder + "/t10k-images-idx3-ubyte", images_file);
      Write(folder + "/t10k-labels-idx1-ubyte", labels_file);
    }
  }
}

// The files that a plugin reads below its data directory; plugins that read none need no line.
const std::map<std::string, std::function<void(const std::string&)>>& Fixtures() {
  static const auto* fixtures = new std::map<std::string, std::function<void(const std::string&)>>{
      {"cifar10", [](const std::string& dir) { WriteCifar10(dir + "/cifar10", 4, 12); }},
      {"svhn",
       [](const std::string& dir) {
         Write(dir + "/svhn/train_32x32.mat", CompressedMat().bytes);
         Write(dir + "/svhn/test_32x32.mat", UncompressedMat().bytes);
       }},
      {"mnist",
       [](const std::string& dir) {
         WriteMnist(dir);
         WriteMnist(dir + "/mnist");
       }},
  };
  return *fixtures;
}

std::unique_ptr<Dataset> Make(const DatasetConfig& config, const std::string& data_dir) {
  auto dataset = Registry<Dataset>::Create(config, ConfigSource(), {data_dir});
  EXPECT_TRUE(dataset.ok()) << dataset.status();
  return dataset.ok() ? *std::move(dataset) : nullptr;
}

TEST(DatasetTest, EveryPluginHasAnExample) {
  EXPECT_THAT(ExampleNames<DatasetExamples>(kExamples), IsSupersetOf(Registry<Dataset>::Names()));
}

class DatasetConformanceTest : public ::testing::TestWithParam<DatasetConfig> {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "/dataset";
    const auto fixture = Fixtures().find(PluginName(GetParam()));
    if (fixture != Fixtures().end()) fixture->second(dir_);
    dataset_ = Make(GetParam(), dir_);
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
    EXPECT_EQ(static_cast<Index>(samples->pixels.size()),
              samples->count() * samples->features.dim());
    std::set<int> expected;
    for (int c = 0; c < samples->classes; ++c) expected.insert(c);
    EXPECT_EQ(std::set<int>(samples->labels.begin(), samples->labels.end()), expected);
  }
}

TEST_P(DatasetConformanceTest, LoadingAgainGivesTheSame) {
  const auto other = Make(GetParam(), dir_);
  for (const Split split : {Split::kTrain, Split::kTest}) {
    const auto one = dataset_->Load(split), two = other->Load(split);
    ASSERT_TRUE(one.ok() && two.ok());
    EXPECT_TRUE(one->pixels == two->pixels);
    EXPECT_TRUE(one->labels == two->labels);
  }
}

TEST_P(DatasetConformanceTest, TheSplitsDiffer) {
  const auto train = dataset_->Load(Split::kTrain), test = dataset_->Load(Split::kTest);
  ASSERT_TRUE(train.ok() && test.ok());
  EXPECT_FALSE(train->pixels == test->pixels);
}

INSTANTIATE_TEST_SUITE_P(Examples, DatasetConformanceTest,
                         ::testing::ValuesIn(LoadExamples<DatasetExamples>(kExamples)),
                         [](const auto& example) {
                           return PluginName(example.param) + "_" + std::to_string(example.index);
                         });

DatasetConfig Config(const std::string& text) {
  DatasetConfig config;
  ConfigSource source;
  const absl::Status status = ParseConfig(text, "test", {}, &config, &source);
  EXPECT_TRUE(status.ok()) << status;
  return config;
}

class MnistTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "/mnist_test";
    fs::remove_all(dir_);
    WriteMnist(dir_ + "/mnist");
  }

  absl::Status Load(const std::string& data_dir, Split split = Split::kTrain) {
    return Make(Config("[mondeq.mnist] {}"), data_dir)->Load(split).status();
  }

  std::string dir_;
};

TEST_F(MnistTest, FindsTheFolderOrTheFolderAboveIt) {
  for (const char* const folder : {"", "/mnist"}) {
    for (const Split split : {Split::kTrain, Split::kTest}) {
      EXPECT_TRUE(Load(dir_ + folder, split).ok());
    }
  }
}

TEST_F(MnistTest, MissingFilesAreNamedWithAdvice) {
  fs::remove(dir_ + "/mnist/t10k-labels-idx1-ubyte");
  EXPECT_TRUE(Load(dir_).ok());
  const absl::Status missing = Load(dir_, Split::kTest);
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()),
              AllOf(HasSubstr("expected the file t10k-labels-idx1-ubyte[.gz] in " + dir_ +
                              "/mnist or " + dir_ + ", found none"),
                    HasSubstr("tools/download_data"), Not(HasSubstr("\n"))));
  const absl::Status nowhere = Load("");
  EXPECT_EQ(nowhere.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(nowhere.message()), HasSubstr("--data_dir"));
}

TEST_F(MnistTest, DamageIsReported) {
  const std::string path = dir_ + "/mnist/t10k-labels-idx1-ubyte";
  Write(path, IdxBytes(0x801, {20}, std::string(19, '\0') + '\x0a'));
  const absl::Status status = Load(dir_, Split::kTest);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(path + ": byte 27: label of sample 19: expected 0 .. 9, found 10"));
}

// Seeds and splits must not share samples; the parameters must reach the drawing.
TEST(DigitsTest, EverySettingChangesThePixels) {
  std::set<std::vector<std::uint8_t>> seen;
  int count = 0;
  for (const char* const settings :
       {"", "seed: 2", "distortion: 0.5", "noise: 0", "clutter: 0", "size: 17"}) {
    const auto dataset = Make(
        Config(std::string("[mondeq.digits] { train_count: 20 test_count: 20 ") + settings + "}"),
        "");
    for (const Split split : {Split::kTrain, Split::kTest}) {
      seen.insert(dataset->Load(split)->pixels);
      ++count;
    }
  }
  EXPECT_EQ(static_cast<int>(seen.size()), count);
}

}  // namespace
}  // namespace mondeq
