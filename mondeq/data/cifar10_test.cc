#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/file.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/color_images_testing.h"
#include "mondeq/data/dataset.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

class Cifar10Test : public ::testing::Test {
 protected:
  static constexpr Index kTrain = 4, kTest = 3, kRecordBytes = 3073;

  void SetUp() override {
    dir_ = ::testing::TempDir() + "/cifar10_test";
    fs::remove_all(dir_);
    folder_ = dir_ + "/cifar-10-batches-bin";
    WriteCifar10(folder_, kTrain, kTest);
  }

  Registry<Dataset>::Result Make(const std::string& data_dir, const std::string& settings = "") {
    DatasetConfig config;
    ConfigSource source;
    const absl::Status status =
        ParseConfig("[mondeq.cifar10] {" + settings + "}", "test", {}, &config, &source);
    if (!status.ok()) return status;
    return Registry<Dataset>::Create(config, source, {data_dir});
  }

  absl::StatusOr<Samples> Load(const std::string& data_dir, Split split = Split::kTrain) {
    return (*Make(data_dir))->Load(split);
  }

  void Write(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(WriteFileAtomically(folder_ + "/" + name, bytes).ok());
  }

  void ExpectRefused(Split split, const std::string& message) {
    const absl::Status status = Load(dir_, split).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(std::string(status.message()), folder_ + "/" + message);
  }

  std::string dir_, folder_;
};

TEST_F(Cifar10Test, EveryPixelIsInItsPlace) {
  for (const Split split : {Split::kTrain, Split::kTest}) {
    const auto samples = Load(dir_, split);
    ASSERT_TRUE(samples.ok()) << samples.status();
    const Index first = split == Split::kTrain ? 0 : 5 * kTrain;
    ASSERT_EQ(samples->count(), split == Split::kTrain ? 5 * kTrain : kTest);
    EXPECT_THAT(samples->class_names, ElementsAre("airplane", "automobile", "bird", "cat", "deer",
                                                  "dog", "frog", "horse", "ship", "truck"));
    std::size_t at = 0;
    for (Index i = 0; i < samples->count(); ++i) {
      EXPECT_EQ(samples->labels[i], (first + i) % 10);
      for (Index row = 0; row < 32; ++row) {
        for (Index column = 0; column < 32; ++column) {
          for (Index channel = 0; channel < 3; ++channel) {
            ASSERT_EQ(samples->pixels[at++], Cifar10Pixel(first + i, row, column, channel));
          }
        }
      }
    }
  }
}

TEST_F(Cifar10Test, FindsEveryLayout) {
  EXPECT_TRUE(Load(dir_).ok());
  EXPECT_TRUE(Load(folder_).ok());
  fs::rename(folder_, dir_ + "/cifar10");
  EXPECT_TRUE(Load(dir_).ok());
}

TEST_F(Cifar10Test, MissingFilesAreNamedWithAdvice) {
  fs::remove(folder_ + "/data_batch_3.bin");
  EXPECT_TRUE(Load(dir_, Split::kTest).ok());
  const absl::Status missing = Load(dir_).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(
      std::string(missing.message()),
      AllOf(HasSubstr("expected the file data_batch_3.bin in " + folder_ + ", as " + folder_ +
                      "/data_batch_1.bin is there, found none"),
            HasSubstr("`mondeq data fetch cifar10 --dir=DIR` gets "), Not(HasSubstr("\n"))));
  const absl::Status nowhere = Load("").status();
  EXPECT_EQ(nowhere.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(nowhere.message()), HasSubstr("--data_dir"));
}

TEST_F(Cifar10Test, RefusesDamage) {
  const std::string whole = Cifar10Bytes(0, kTrain);
  Write("test_batch.bin", "");
  ExpectRefused(Split::kTest,
                "test_batch.bin: byte 0: expected records of 3073 bytes, found an empty file");
  Write("data_batch_2.bin", whole.substr(0, 2 * kRecordBytes + 5));
  ExpectRefused(Split::kTrain,
                "data_batch_2.bin: byte 6151: expected whole records of 3073 bytes, found 5 bytes "
                "of record 2");
  Write("data_batch_2.bin", whole + "x");
  ExpectRefused(Split::kTrain,
                "data_batch_2.bin: byte 12293: expected whole records of 3073 bytes, found 1 bytes "
                "of record 4");
  for (const int label : {10, 255}) {
    std::string bytes = whole;
    bytes[2 * kRecordBytes] = static_cast<char>(label);
    Write("data_batch_2.bin", bytes);
    ExpectRefused(Split::kTrain,
                  "data_batch_2.bin: byte 6146: label of record 2: expected 0 .. 9, found " +
                      std::to_string(label));
  }
  Write("test_batch.bin", std::string(10001 * kRecordBytes, '\0'));
  ExpectRefused(Split::kTest,
                "test_batch.bin: byte 30730000: expected at most 10000 records, found 10001");
}

TEST_F(Cifar10Test, OtherFormatsAreNamed) {
  const std::string page = "<!DOCTYPE html><html>" + std::string(kRecordBytes, ' ');
  std::string hundred(3 * 3074, '\x55');
  for (int i = 0; i < 3; ++i) hundred[3074 * i] = '\x13';
  for (const auto& [bytes, format] : std::vector<std::pair<std::string, std::string>>{
           {"\x80\2}q\1(U\x0b"
            "batch_labelq\2",
            "a Python pickle"},
           {"\x80\2" + std::string(kRecordBytes - 2, 'x'), "a Python pickle"},
           {"\x1f\x8b\x08...", "a gzip file"},
           {page, "an HTML page"},
           {page.substr(0, kRecordBytes), "an HTML page"},
           {hundred, "CIFAR-100's binary version"}}) {
    Write("test_batch.bin", bytes);
    const absl::Status status = Load(dir_, Split::kTest).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(" (the file is " + format));
  }
}

TEST_F(Cifar10Test, PythonVersionIsNoticed) {
  fs::remove_all(folder_);
  const std::string python = dir_ + "/cifar-10-batches-py";
  fs::create_directories(python);
  ASSERT_TRUE(WriteFileAtomically(python + "/data_batch_1", "\x80\2}q").ok());
  for (const std::string& data_dir : {dir_, python}) {
    EXPECT_THAT(std::string(Load(data_dir).status().message()),
                AllOf(HasSubstr("found none, but " + python + "/data_batch_1, a Python pickle"),
                      HasSubstr("; `mondeq data fetch cifar10 --dir=DIR` gets the binary version, "
                                "then pass --data_dir=DIR")));
  }
}

TEST_F(Cifar10Test, FilesMayDifferInLength) {
  Write("data_batch_2.bin", Cifar10Bytes(20, 1));
  Write("data_batch_4.bin", Cifar10Bytes(30, 7));
  const auto samples = Load(dir_);
  ASSERT_TRUE(samples.ok()) << samples.status();
  ASSERT_EQ(samples->count(), 3 * kTrain + 1 + 7);
  EXPECT_EQ(samples->source, folder_);
  Index i = 0;
  for (const auto& [first, count] : std::vector<std::pair<Index, Index>>{
           {0, kTrain}, {20, 1}, {2 * kTrain, kTrain}, {30, 7}, {4 * kTrain, kTrain}}) {
    for (Index record = first; record < first + count; ++record, ++i) {
      EXPECT_EQ(samples->labels[i], record % 10);
      EXPECT_EQ(samples->pixels[3072 * i + 3071], Cifar10Pixel(record, 31, 31, 2));
    }
  }
}

TEST_F(Cifar10Test, NoFileIsThereTwice) {
  Write("data_batch_4.bin", Cifar10Bytes(kTrain, kTrain));
  ExpectRefused(Split::kTrain, "data_batch_4.bin: expected other records than those of " + folder_ +
                                   "/data_batch_2.bin, found the same");
  // One record that differs, in its last byte, is another file.
  std::string bytes = Cifar10Bytes(kTrain, kTrain);
  bytes.back() = static_cast<char>(bytes.back() + 1);
  Write("data_batch_4.bin", bytes);
  EXPECT_TRUE(Load(dir_).ok());
  bytes = Cifar10Bytes(kTrain, kTrain);
  bytes.front() = 0;
  Write("data_batch_4.bin", bytes);
  EXPECT_TRUE(Load(dir_).ok());
}

TEST_F(Cifar10Test, NormalizationIsThePapersOrTheConfigs) {
  EXPECT_THAT((*Make(""))->normalization().mean, ElementsAre(0.4914f, 0.4822f, 0.4465f));
  EXPECT_THAT((*Make(""))->normalization().stddev, ElementsAre(0.2470f, 0.2435f, 0.2616f));
  const auto own = Make("", "mean: [0.1, 0.2, 0.3] stddev: [1, 2, 3]");
  EXPECT_THAT((*own)->normalization().mean, ElementsAre(0.1f, 0.2f, 0.3f));
  EXPECT_THAT((*own)->normalization().stddev, ElementsAre(1, 2, 3));
}

TEST_F(Cifar10Test, RefusesANormalizationThatDoesNotFit) {
  for (const char* const settings : {"mean: [1, 2]", "stddev: [1]", "stddev: [1, 0, 1]"}) {
    const absl::Status status = Make("", settings).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << settings;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("test:1:"), HasSubstr("found")));
  }
}

}  // namespace
}  // namespace mondeq
