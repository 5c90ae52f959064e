// The errors of MNIST, and what settings do to generated digits; what holds for every data set is
// in conformance.cc.
#include "mondeq/data/dataset.h"

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/idx_testing.h"
#include "mondeq/data/plugin_files_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

std::unique_ptr<Dataset> Make(const DatasetConfig& config, const std::string& data_dir) {
  auto dataset = Registry<Dataset>::Create(config, ConfigSource(), {data_dir});
  EXPECT_TRUE(dataset.ok()) << dataset.status();
  return dataset.ok() ? *std::move(dataset) : nullptr;
}

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
      const auto samples = Make(Config("[mondeq.mnist] {}"), dir_ + folder)->Load(split);
      ASSERT_TRUE(samples.ok()) << samples.status();
      EXPECT_EQ(samples->source, dir_ + "/mnist");
    }
  }
}

TEST_F(MnistTest, ANamedFolderIsTheOnlyOne) {
  const auto load = [&](const std::string& data_dir) {
    return Make(Config("[mondeq.mnist] { directory: \"fashion\" }"), data_dir)
        ->Load(Split::kTrain)
        .status();
  };
  WriteMnist(dir_);
  for (const char* const data_dir : {"", "/mnist"}) {
    const absl::Status status = load(dir_ + data_dir);
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("expected the folder " + dir_ + data_dir + "/fashion, found none"),
                      Not(HasSubstr("data fetch")), Not(HasSubstr("\n"))));
  }
  WriteMnist(dir_ + "/fashion");
  EXPECT_TRUE(load(dir_).ok());
  EXPECT_TRUE(load(dir_ + "/fashion").ok());
}

TEST_F(MnistTest, MissingFilesAreNamedWithAdvice) {
  fs::remove(dir_ + "/mnist/t10k-labels-idx1-ubyte");
  EXPECT_TRUE(Load(dir_).ok());
  const absl::Status missing = Load(dir_, Split::kTest);
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(
      std::string(missing.message()),
      AllOf(HasSubstr("expected the file t10k-labels-idx1-ubyte[.gz] in " + dir_ + "/mnist, as " +
                      dir_ + "/mnist/train-images-idx3-ubyte.gz is there, found none"),
            HasSubstr("`mondeq data fetch mnist --dir=DIR` gets it"), Not(HasSubstr("\n"))));
  const absl::Status nowhere = Load("");
  EXPECT_EQ(nowhere.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(nowhere.message()), HasSubstr("--data_dir"));
}

TEST_F(MnistTest, FilesOfOtherFoldersAreRefused) {
  for (const char* const field : {"train_images", "train_labels", "test_images", "test_labels"}) {
    const DatasetConfig config =
        Config(absl::StrCat("[mondeq.mnist] { ", field, ": \"../other/t10k\" }"));
    const absl::Status status = Registry<Dataset>::Create(config, ConfigSource(), {dir_}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat(field,
                                       ": expected the name of a file in the folder of the "
                                       "set, found \"../other/t10k\"")));
  }
}

TEST_F(MnistTest, DamageIsReported) {
  const std::string path = dir_ + "/mnist/t10k-labels-idx1-ubyte";
  WriteInFolder(path, IdxBytes(0x801, {20}, std::string(19, '\0') + '\x0a'));
  const absl::Status status = Load(dir_, Split::kTest);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(path + ": byte 27: label of sample 19: expected 0 .. 9, found 10"));
}

TEST_F(MnistTest, FashionIsAnotherSet) {
  WriteMnist(dir_ + "/share/mondeq/fashion_mnist");
  ASSERT_EQ(setenv("XDG_DATA_HOME", (dir_ + "/share").c_str(), 1), 0);
  const auto samples = Make(Config("[mondeq.fashion_mnist] {}"), "")->Load(Split::kTest);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ(samples->source, dir_ + "/share/mondeq/fashion_mnist");
  EXPECT_EQ(samples->class_names.size(), 10u);
  EXPECT_EQ(samples->class_names[9], "ankle boot");
  // The other set's files, which have the same names, are not offered.
  for (const auto& [set, advice] :
       {std::pair("fashion_mnist", "`mondeq data fetch fashion_mnist --dir=DIR` gets it"),
        {"mnist", "`mondeq data fetch mnist` gets it, or --data_dir=DIR names its folder"}}) {
    const absl::Status status =
        Make(Config(absl::StrCat("[mondeq.", set, "] {}")), set == std::string("mnist") ? "" : dir_)
            ->Load(Split::kTest)
            .status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << set;
    EXPECT_THAT(std::string(status.message()), HasSubstr(advice));
  }
}

TEST_F(MnistTest, AnotherSetIsKnownByWhateverName) {
  for (const char* const folder : {"fashion-mnist", "FashionMNIST/raw", "Fashion MNIST"}) {
    const std::string root = absl::StrCat(dir_, "/of ", absl::StrReplaceAll(folder, {{"/", "-"}}));
    WriteMnist(absl::StrCat(root, "/", folder));
    const absl::Status status = Load(root);
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr(absl::StrCat("none, but")))) << folder;
    const absl::Status own =
        Make(Config("[mondeq.fashion_mnist] {}"), root)->Load(Split::kTest).status();
    EXPECT_TRUE(own.ok() || absl::StrContains(own.message(), folder)) << own;
  }
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
