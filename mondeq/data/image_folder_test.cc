// What is particular to image_folder; what holds for every data set is in conformance.cc.
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/image_testing.h"
#include "mondeq/data/plugin_files_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

class ImageFolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "/image_folder_test";
    fs::remove_all(dir_);
    Write("train/cat/b.png", PngBytes({{1, 2, 1}, {1, 2}}));
    Write("train/cat/a.PNG", PngBytes({{1, 2, 1}, {3, 4}}));
    Write("train/dog/x.jpeg", JpegBytes({{1, 2, 1}, {90, 90}}));
    Write("test/cat/a.png", PngBytes({{1, 2, 1}, {5, 6}}));
    Write("test/dog/a.png", PngBytes({{1, 2, 1}, {7, 8}}));
    Write("train/cat/notes.txt", "not an image");
    Write("train/.cache/a.png", "not a class");
  }

  void Write(const std::string& name, const std::string& bytes) {
    WriteInFolder(dir_ + "/" + name, bytes);
  }

  absl::StatusOr<Samples> Load(const std::string& settings, Split split = Split::kTrain) {
    const auto dataset = MakeDataset("[mondeq.image_folder] {" + settings + "}", dir_);
    if (!dataset.ok()) return dataset.status();
    return (*dataset)->Load(split);
  }

  void ExpectRefused(const std::string& settings, Split split, const std::string& what) {
    const absl::Status status = Load(settings, split).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(dir_), HasSubstr(what), Not(HasSubstr("\n"))));
  }

  std::string dir_;
};

constexpr char kGrey[] = "rows: 1 columns: 2 channels: 1 classes: 2";

TEST_F(ImageFolderTest, FoldersAreClassesByName) {
  const auto train = Load(kGrey), test = Load(kGrey, Split::kTest);
  ASSERT_TRUE(train.ok() && test.ok()) << train.status() << test.status();
  EXPECT_THAT(train->labels, ElementsAre(0, 0, 1));
  EXPECT_EQ(train->source, dir_ + "/train");
  for (const auto& samples : {train, test}) {
    EXPECT_THAT(samples->class_names, ElementsAre("cat", "dog"));
  }
  EXPECT_THAT(std::vector<int>(train->pixels.begin(), train->pixels.begin() + 4),
              ElementsAre(3, 4, 1, 2));
  EXPECT_THAT(test->pixels, ElementsAre(5, 6, 7, 8));
}

TEST_F(ImageFolderTest, GreyImagesMayBeColours) {
  const auto samples = Load("rows: 1 columns: 2 classes: 2", Split::kTest);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(samples->pixels, ElementsAre(5, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8));
}

TEST_F(ImageFolderTest, SizesAgreeOrAreChanged) {
  Write("test/dog/b.png", PngBytes({{2, 2, 1}, {10, 20, 30, 40}}));
  ExpectRefused(kGrey, Split::kTest,
                "/test/dog/b.png: expected an image of 1 x 2 pixels, found 2 x 2; resize: true");
  const auto samples = Load(std::string(kGrey) + " resize: true", Split::kTest);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(samples->pixels, ElementsAre(5, 6, 7, 8, 20, 30));
}

TEST_F(ImageFolderTest, ClassesAreThoseOfTraining) {
  fs::rename(dir_ + "/test/dog", dir_ + "/test/wolf");
  ExpectRefused(kGrey, Split::kTest,
                "/test: expected the classes that training has, cat, dog, found cat, wolf");
  ExpectRefused("rows: 1 columns: 2 classes: 3", Split::kTrain,
                "/train: expected 3 folders, one for each class, found 2: cat, dog");
  fs::create_directories(dir_ + "/train/emu");
  ExpectRefused("rows: 1 columns: 2 classes: 3 channels: 1", Split::kTrain,
                "/train/emu: expected images, .png, .jpg or .jpeg, found none");
}

TEST_F(ImageFolderTest, DamageNamesTheFile) {
  Write("train/dog/y.jpg", "GIF89a");
  ExpectRefused(kGrey, Split::kTrain,
                "/train/dog/y.jpg: expected a PNG or JPEG image, found a GIF image");
  const absl::Status status = Load(std::string(kGrey) + " train_folder: 'none'").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("expected the folder " + dir_ + "/none, found none; --data_dir=DIR"));
  dir_.clear();
  EXPECT_THAT(std::string(Load(kGrey).status().message()),
              HasSubstr("expected a data directory with train and test, found none"));
}

// What is no file might never end.
TEST_F(ImageFolderTest, PipesAreRefused) {
  ASSERT_EQ(mkfifo((dir_ + "/train/dog/y.png").c_str(), 0600), 0);
  ExpectRefused(kGrey, Split::kTrain, "/train/dog/y.png: expected an image, found what is no file");
}

TEST_F(ImageFolderTest, TellsWhetherItResizes) {
  for (const bool resizes : {false, true}) {
    const auto dataset = MakeDataset(absl::StrCat("[mondeq.image_folder] {", kGrey,
                                                  " resize: ", resizes ? "true" : "false", "}"),
                                     dir_);
    ASSERT_TRUE(dataset.ok()) << dataset.status();
    EXPECT_EQ((*dataset)->resizes_images(), resizes);
  }
}

TEST_F(ImageFolderTest, BadSettingsAreRefused) {
  for (const char* const settings :
       {"rows: 1 columns: 2", "rows: 1 classes: 2", "columns: 2 classes: 2",
        "rows: 1 columns: 2 classes: 2 channels: 2", "rows: 1 columns: 2 classes: 0",
        "rows: 1 columns: 2 classes: 2 mean: [1, 2]",
        "rows: 1 columns: 2 classes: 2 test_folder: '../x'",
        "rows: 1 columns: 2 classes: 2 directory: '/tmp'"}) {
    EXPECT_EQ(Load(settings).status().code(), absl::StatusCode::kInvalidArgument) << settings;
  }
}

}  // namespace
}  // namespace mondeq
