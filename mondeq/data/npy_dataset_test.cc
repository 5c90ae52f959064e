// What is particular to npy; what holds for every data set is in conformance.cc.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/npy_testing.h"
#include "mondeq/data/plugin_files_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

class NpyDatasetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "/npy_dataset_test";
    fs::remove_all(dir_);
    Write("train_x.npy", NpyBytes<float>({3, 2}, {1, 2, 3, 4, 5, 6}));
    Write("train_labels.npy", NpyBytes<std::int64_t>({3}, {1, 2, 1}));
    Write("test_x.npy", NpyBytes<double>({2, 2}, {0.5, 1, 1.5, 2}));
    Write("test_labels.npy", NpyBytes<std::uint8_t>({2}, {2, 1}));
  }

  void Write(const std::string& name, const std::string& bytes) {
    WriteInFolder(dir_ + "/" + name, bytes);
  }

  absl::StatusOr<std::unique_ptr<Dataset>> Make(const std::string& settings) {
    return MakeDataset("[mondeq.npy] {" + settings + "}", dir_);
  }

  absl::Status Load(const std::string& settings, Split split) {
    const auto dataset = Make(settings);
    return dataset.ok() ? (*dataset)->Load(split).status() : dataset.status();
  }

  void ExpectRefused(const absl::Status& status, const std::string& what) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(dir_), HasSubstr(what), Not(HasSubstr("\n"))));
  }

  std::string dir_;
};

constexpr char kSettings[] = "shape: 2 classes: 2 first_label: 1 mean: [1, 2] stddev: 3";

TEST_F(NpyDatasetTest, ReadsItsFiles) {
  const auto dataset = Make(kSettings);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_THAT((*dataset)->normalization().mean, ElementsAre(1, 2));
  EXPECT_THAT((*dataset)->normalization().stddev, ElementsAre(3, 3));
  const auto train = (*dataset)->Load(Split::kTrain), test = (*dataset)->Load(Split::kTest);
  ASSERT_TRUE(train.ok() && test.ok()) << train.status() << test.status();
  EXPECT_EQ(train->source, dir_);
  EXPECT_THAT(train->values, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(train->labels, ElementsAre(0, 1, 0));
  EXPECT_THAT(test->values, ElementsAre(0.5f, 1, 1.5f, 2));
  EXPECT_THAT(test->labels, ElementsAre(1, 0));
}

TEST_F(NpyDatasetTest, DamageNamesTheFile) {
  Write("test_x.npy", NpyBytes<double>({2, 2}, {0.5, 1, 1.5, 2}).substr(0, 150));
  ExpectRefused(Load(kSettings, Split::kTest), "/test_x.npy: byte 150: truncated");
  EXPECT_TRUE(Load(kSettings, Split::kTrain).ok());
  ExpectRefused(Load("shape: 3 classes: 2 first_label: 1", Split::kTrain),
                "/train_x.npy: expected samples, F32, F64 or U8 of shape [N, 3], found F32[3, 2]");
  ExpectRefused(Load("shape: 2 classes: 2", Split::kTrain),
                "/train_labels.npy: label of sample 1: expected 0 .. 1, found 2");
  Write("train_labels.npy", NpyBytes<std::int64_t>({2}, {1, 2}));
  ExpectRefused(Load(kSettings, Split::kTrain),
                "expected 3 labels, one for every sample of " + dir_ + "/train_x.npy, found 2");
}

TEST_F(NpyDatasetTest, MissingFilesAreNamedWithAdvice) {
  fs::remove(dir_ + "/test_labels.npy");
  const absl::Status status = Load(kSettings, Split::kTest);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("npy: expected the file test_labels.npy in " + dir_),
                    HasSubstr("name the files in train_x, train_labels, test_x and test_labels"),
                    Not(HasSubstr("\n"))));
}

TEST_F(NpyDatasetTest, BadSettingsAreRefused) {
  for (const char* const settings :
       {"classes: 2", "shape: 2", "shape: [2, 0] classes: 2", "shape: 2 classes: 0",
        "shape: [1, 1, 1, 2] classes: 2", "shape: 2 classes: 2 mean: [1, 2, 3]",
        "shape: 2 classes: 2 stddev: 0", "shape: 2 classes: 2 train_x: \"../x.npy\"",
        "shape: 2 classes: 2 directory: \"/tmp\""}) {
    EXPECT_EQ(Make(settings).status().code(), absl::StatusCode::kInvalidArgument) << settings;
  }
}

}  // namespace
}  // namespace mondeq
