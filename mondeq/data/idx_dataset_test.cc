// What is particular to idx; what holds for every data set is in conformance.cc.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/idx_testing.h"
#include "mondeq/data/plugin_files_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

// QMNIST's labels: the class, then seven numbers of other kinds, all big-endian.
std::string Table(const std::vector<std::uint32_t>& labels) {
  std::string data;
  for (const std::uint32_t label : labels) {
    for (std::uint32_t column = 0; column < 8; ++column) {
      data += IdxBytes(column == 0 ? label : 0xfffffff0 + column, {}, "");
    }
  }
  return IdxBytes(0xc02, {static_cast<std::uint32_t>(labels.size()), 8}, data);
}

class IdxDatasetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "/idx_dataset_test";
    fs::remove_all(dir_);
    Write("train-images-idx3-ubyte", IdxBytes(0x803, {2, 2, 3}, "abcdefghijkl"));
    Write("train-labels-idx1-ubyte", IdxBytes(0x801, {2}, "\x1a\x01"));
  }

  void Write(const std::string& name, const std::string& bytes) {
    WriteInFolder(dir_ + "/" + name, bytes);
  }

  absl::StatusOr<Samples> Load(const std::string& settings) {
    const auto dataset = MakeDataset("[mondeq.idx] {" + settings + "}", dir_);
    if (!dataset.ok()) return dataset.status();
    return (*dataset)->Load(Split::kTrain);
  }

  void ExpectRefused(const std::string& settings, const std::string& what) {
    const absl::Status status = Load(settings).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(dir_), HasSubstr(what), Not(HasSubstr("\n"))));
  }

  std::string dir_;
};

constexpr char kLetters[] = "rows: 2 columns: 3 classes: 26 first_label: 1";

TEST_F(IdxDatasetTest, LabelsCountFromTheFirst) {
  const auto samples = Load(kLetters);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ(samples->features, (Features{2, 3, 1}));
  EXPECT_EQ(samples->classes, 26);
  EXPECT_THAT(samples->labels, ElementsAre(25, 0));
  EXPECT_EQ(std::string(samples->pixels.begin(), samples->pixels.end()), "abcdefghijkl");
  ExpectRefused("rows: 2 columns: 3 classes: 26",
                "labels-idx1-ubyte: byte 8: label of sample 0: expected 0 .. 25, found 26");
  ExpectRefused("rows: 2 columns: 3 classes: 25 first_label: 2",
                "byte 9: label of sample 1: expected 2 .. 26, found 1");
}

TEST_F(IdxDatasetTest, ImagesMayLieColumnByColumn) {
  const auto samples = Load("rows: 3 columns: 2 classes: 26 first_label: 1 column_by_column: true");
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ(samples->features, (Features{3, 2, 1}));
  EXPECT_EQ(std::string(samples->pixels.begin(), samples->pixels.end()), "adbecfgjhkil");
}

TEST_F(IdxDatasetTest, LabelsMayBeTheFirstColumnOfATable) {
  const std::string table = Table({7, 300});
  for (const bool gzip : {false, true}) {
    Write("train-labels-idx1-ubyte", gzip ? Gzip(table) : table);
    const auto samples = Load("rows: 2 columns: 3 classes: 301");
    ASSERT_TRUE(samples.ok()) << samples.status();
    EXPECT_THAT(samples->labels, ElementsAre(7, 300));
    ExpectRefused("rows: 2 columns: 3 classes: 300",
                  "byte 44: label of sample 1: expected 0 .. 299, found 300");
  }
  for (std::size_t size = 0; size < table.size(); ++size) {
    Write("train-labels-idx1-ubyte", table.substr(0, size));
    ExpectRefused("rows: 2 columns: 3 classes: 301", size < 4 ? "expected" : "truncated");
  }
  Write("train-labels-idx1-ubyte", table + "x");
  ExpectRefused("rows: 2 columns: 3 classes: 301",
                "expected the end of the file after 2 x 8 x 4 bytes of data, found more");
  Write("train-labels-idx1-ubyte", IdxBytes(0xc02, {2, 0}, ""));
  ExpectRefused("rows: 2 columns: 3 classes: 301", "byte 8: expected at least 1 column, found 0");
  Write("train-labels-idx1-ubyte", IdxBytes(0xc02, {0xffffffff, 0xffffffff}, "abcd"));
  ExpectRefused("rows: 2 columns: 3 classes: 301", "truncated: expected 4294967295 x 4294967295");
  Write("train-labels-idx1-ubyte", Table({0xffffffff, 1}));
  ExpectRefused("rows: 2 columns: 3 classes: 301", "expected 0 .. 300, found -1");
}

TEST_F(IdxDatasetTest, OtherSizesAreRefused) {
  ExpectRefused("rows: 3 columns: 2 classes: 26 first_label: 1",
                "expected images of 3 x 2 pixels, found 2 x 3");
}

TEST_F(IdxDatasetTest, BadSettingsAreRefused) {
  for (const char* const settings :
       {"rows: 2 columns: 3", "rows: 2 classes: 26", "columns: 3 classes: 26",
        "rows: 0 columns: 3 classes: 26", "rows: 2 columns: 3 classes: 0",
        "rows: 2 columns: 3 classes: 2 test_images: \"../x\"",
        "rows: 2 columns: 3 classes: 2 directory: \"/tmp\""}) {
    EXPECT_EQ(Load(settings).status().code(), absl::StatusCode::kInvalidArgument) << settings;
  }
}

}  // namespace
}  // namespace mondeq
