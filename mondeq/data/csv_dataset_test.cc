// What is particular to csv; what holds for every data set is in conformance.cc.
#include <filesystem>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/plugin_files_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

class CsvDatasetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "/csv_dataset_test";
    fs::remove_all(dir_);
  }

  absl::StatusOr<Samples> Load(const std::string& settings, const std::string& contents) {
    WriteInFolder(dir_ + "/train.csv", contents);
    const auto dataset = MakeDataset("[mondeq.csv] {" + settings + "}", dir_);
    if (!dataset.ok()) return dataset.status();
    return (*dataset)->Load(Split::kTrain);
  }

  void ExpectRefused(const std::string& settings, const std::string& contents,
                     const std::string& what) {
    const absl::Status status = Load(settings, contents).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(dir_ + "/train.csv: "), HasSubstr(what), Not(HasSubstr("\n"))));
  }

  std::string dir_;
};

TEST_F(CsvDatasetTest, LabelsAreNumbersFromTheFirst) {
  const auto samples = Load("shape: 2 classes: 3 first_label: -1", "label,x,y\n1,2,3\n-1,4,5\n");
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(samples->values, ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(samples->labels, ElementsAre(2, 0));
  EXPECT_EQ(samples->classes, 3);
  for (const char* const bad : {"2", "-2", "1.5", "", "one", "99999999999999999999"}) {
    ExpectRefused("shape: 1 classes: 3 first_label: -1",
                  std::string("label,x\n0,1\n") + bad + ",2\n",
                  "line 3, column 1 (label): expected a label from -1 to 1, found ");
  }
}

TEST_F(CsvDatasetTest, LabelsAreWords) {
  const std::string settings = "shape: 1 class_name: ['elm', 'big ash']";
  const auto samples = Load(settings, "x,label\n1,big ash\n2,elm\n");
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(samples->labels, ElementsAre(1, 0));
  EXPECT_THAT(samples->class_names, ElementsAre("elm", "big ash"));
  EXPECT_EQ(samples->classes, 2);
  ExpectRefused(settings, "x,label\n1,oak\n",
                "line 2, column 2 (label): expected one of elm, big ash, found oak");
}

TEST_F(CsvDatasetTest, ColumnsAreAsManyAsTheShapeSays) {
  ExpectRefused("shape: [2, 2] classes: 2", "a,b,label,c\n1,2,0,3\n",
                "expected 4 columns beside column 3 (label) of the labels, found 3");
  ExpectRefused("shape: 1 classes: 2", "label,x\n0,1e39\n",
                "sample 0, value 0: expected a number that is finite in float32, found 1e+39");
}

TEST_F(CsvDatasetTest, BadSettingsAreRefused) {
  for (const char* const settings :
       {"shape: 1", "classes: 2", "shape: 1 classes: 2 class_name: 'a'", "shape: 1 classes: 0",
        "shape: 1 class_name: ['a', 'b', 'a']", "shape: 1 classes: 2 separator: ''",
        "shape: 1 classes: 2 separator: ', '", "shape: 1 classes: 2 separator: '\"'",
        "shape: 1 classes: 2 label: ''", "shape: 1 classes: 2 test_file: '../x'",
        "shape: 1 classes: 2 directory: '/tmp'", "shape: 1 classes: 2 mean: [1, 2]"}) {
    EXPECT_EQ(Load(settings, "label,x\n0,1\n").status().code(), absl::StatusCode::kInvalidArgument)
        << settings;
  }
}

}  // namespace
}  // namespace mondeq
