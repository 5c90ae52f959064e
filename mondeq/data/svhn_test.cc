#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/file.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/color_images_testing.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/mat_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

class SvhnTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "/svhn_test";
    fs::remove_all(dir_);
    fs::create_directories(dir_ + "/svhn");
    Write("train_32x32.mat", CompressedMat().bytes);
    Write("test_32x32.mat", UncompressedMat().bytes);
  }

  void Write(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(WriteFileAtomically(dir_ + "/svhn/" + name, bytes).ok());
  }

  std::unique_ptr<Dataset> Make(const std::string& data_dir) {
    DatasetConfig config;
    ConfigSource source;
    EXPECT_TRUE(ParseConfig("[mondeq.svhn] {}", "test", {}, &config, &source).ok());
    return *Registry<Dataset>::Create(config, source, {data_dir});
  }

  void ExpectRefused(const std::string& bytes, const std::string& message) {
    Write("test_32x32.mat", bytes);
    const absl::Status status = Make(dir_)->Load(Split::kTest).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(std::string(status.message()), dir_ + "/svhn/test_32x32.mat: " + message);
  }

  std::string dir_;
};

TEST_F(SvhnTest, EveryPixelIsInItsPlaceAndTenIsZero) {
  for (const Split split : {Split::kTrain, Split::kTest}) {
    const MatFile file = split == Split::kTrain ? CompressedMat() : UncompressedMat();
    const auto samples = Make(dir_)->Load(split);
    ASSERT_TRUE(samples.ok()) << samples.status();
    ASSERT_EQ(samples->count(), file.count);
    std::size_t at = 0;
    for (Index i = 0; i < file.count; ++i) {
      EXPECT_EQ(samples->labels[i], (i + 1) % 10);
      for (Index row = 0; row < 32; ++row) {
        for (Index column = 0; column < 32; ++column) {
          for (Index channel = 0; channel < 3; ++channel) {
            ASSERT_EQ(samples->pixels[at++], MatPixel(file, i, row, column, channel));
          }
        }
      }
    }
  }
}

TEST_F(SvhnTest, NormalizationIsThePapers) {
  EXPECT_THAT(Make("")->normalization().mean, ElementsAre(0.4377f, 0.4438f, 0.4728f));
  EXPECT_THAT(Make("")->normalization().stddev, ElementsAre(0.1980f, 0.2010f, 0.1970f));
}

TEST_F(SvhnTest, FindsTheFolderOrTheFolderAboveIt) {
  EXPECT_TRUE(Make(dir_)->Load(Split::kTrain).ok());
  EXPECT_TRUE(Make(dir_ + "/svhn")->Load(Split::kTrain).ok());
  fs::create_directory(dir_ + "/none");
  const absl::Status missing = Make(dir_ + "/none")->Load(Split::kTrain).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()),
              AllOf(HasSubstr("expected the file train_32x32.mat in "),
                    HasSubstr("`mondeq data fetch svhn --dir=DIR` gets "), Not(HasSubstr("\n"))));
}

TEST_F(SvhnTest, LabelsMayBeARowOfAnyType) {
  const std::vector<std::uint8_t> pixels(2 * 3072, 7);
  const std::string x = MatNumbers<std::uint8_t>(9, {32, 32, 3, 2}, "X", 2, pixels);
  for (const std::string& y : {MatNumbers<std::int64_t>(14, {1, 2}, "y", 12, {10, 3}),
                               MatNumbers<float>(7, {2, 1}, "y", 7, {10, 3})}) {
    Write("test_32x32.mat", MatHeader() + x + y);
    const auto samples = Make(dir_)->Load(Split::kTest);
    ASSERT_TRUE(samples.ok()) << samples.status();
    EXPECT_THAT(samples->labels, ElementsAre(0, 3));
    EXPECT_EQ(samples->source, dir_ + "/svhn");
  }
}

// MATLAB drops a last extent of 1.
TEST_F(SvhnTest, OneImage) {
  const std::vector<float> pixels(3072, 7);
  Write("test_32x32.mat", MatHeader() + MatNumbers<float>(7, {32, 32, 3}, "X", 7, pixels) +
                              MatNumbers<double>(6, {1, 1}, "y", 9, {4}));
  const auto samples = Make(dir_)->Load(Split::kTest);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(samples->labels, ElementsAre(4));
  EXPECT_EQ(samples->pixels, std::vector<std::uint8_t>(3072, 7));
}

// The file without checksums is changed in several places: the extents of X are at bytes 160 ..
// 175, those of y and its labels at the end.
TEST_F(SvhnTest, RefusesWhatDoesNotFit) {
  const std::string whole = UncompressedMat().bytes;
  ASSERT_EQ(whole.substr(160, 16), std::string("\x20\0\0\0\x20\0\0\0\3\0\0\0\x0a\0\0\0", 16));
  std::string bytes = whole;
  bytes[160] = 16;
  bytes[164] = 64;
  ExpectRefused(bytes,
                "variable X: expected 32 x 32 x 3 x (at least 1) values, found 16 x 64 x 3 x 10");
  bytes = whole;
  const std::size_t extents = whole.size() - 40;
  ASSERT_EQ(whole.substr(extents, 8), std::string("\x0a\0\0\0\1\0\0\0", 8));
  bytes[extents] = 5;
  bytes[extents + 4] = 2;
  ExpectRefused(bytes, "variable y: expected 10 x 1 labels, one for every image in X, found 5 x 2");
  const std::size_t labels = whole.find("\1\2\3\4\5\6\7\x08\x09\x0a", whole.size() - 32);
  ASSERT_NE(labels, std::string::npos);
  for (const int label : {0, 11, 255}) {
    bytes = whole;
    bytes[labels + 4] = static_cast<char>(label);
    ExpectRefused(
        bytes, "variable y: label of sample 4: expected 1 .. 10, found " + std::to_string(label));
  }
}

}  // namespace
}  // namespace mondeq
