#include "mondeq/data/sample_folder.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/data/image_testing.h"
#include "mondeq/data/plugin_files_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

constexpr ImageFit kGrey{{1, 2, 1}, false, "--resize"};

class SampleFolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(dir_);
    fs::create_directories(dir_);
  }

  void Write(const std::string& name, const std::vector<std::uint8_t>& pixels,
             const Features& features = {1, 2, 1}) {
    WriteInFolder(dir_ + "/" + name, PngBytes({features, pixels}));
  }

  void ExpectRefused(const std::string& what, const ImageFit& fit = kGrey) {
    const absl::Status status = ReadSampleFolder(dir_, fit).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(dir_), HasSubstr(what), Not(HasSubstr("\n"))));
  }

  const std::string dir_ = ::testing::TempDir() + "/sample_folder_test";
};

TEST_F(SampleFolderTest, ImagesByName) {
  Write("b.png", {3, 4});
  Write("a.PNG", {1, 2});
  Write(".c.png", {5, 6});
  WriteInFolder(dir_ + "/notes.txt", "not an image");
  const auto samples = ReadSampleFolder(dir_, kGrey);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ(samples->x.shape, (std::vector<Index>{2, 1, 1, 2}));
  EXPECT_THAT(samples->x.As<std::uint8_t>(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(samples->files, ElementsAre("a.PNG", "b.png"));
  EXPECT_EQ(samples->classes, 0);
}

TEST_F(SampleFolderTest, FoldersAreClasses) {
  Write("dog/a.png", {5, 6});
  Write("cat/b.png", {3, 4});
  Write("cat/a.png", {1, 2});
  const auto samples = ReadSampleFolder(dir_, kGrey);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(samples->x.As<std::uint8_t>(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(samples->files, ElementsAre("cat/a.png", "cat/b.png", "dog/a.png"));
  EXPECT_THAT(samples->labels, ElementsAre(0, 0, 1));
  EXPECT_EQ(samples->classes, 2);
}

TEST_F(SampleFolderTest, ImagesBecomeWhatTheyAreToBe) {
  Write("a.png", {1, 2, 3, 4, 5, 6}, {1, 2, 3});
  Write("b.png", {10, 20, 30, 40}, {2, 2, 1});
  ExpectRefused("b.png: expected an image of 1 x 2 pixels, found 2 x 2; --resize resizes it",
                {{1, 2, 3}, false, "--resize"});
  const auto samples = ReadSampleFolder(dir_, {{1, 2, 3}, true, "--resize"});
  ASSERT_TRUE(samples.ok()) << samples.status();
  // Channel by channel.
  EXPECT_THAT(samples->x.As<std::uint8_t>(), ElementsAre(1, 4, 2, 5, 3, 6, 20, 30, 20, 30, 20, 30));
}

TEST_F(SampleFolderTest, WhatHoldsNoImagesIsRefused) {
  ExpectRefused(
      "expected images, .png, .jpg or .jpeg, or folders of them, one for each class, "
      "found none");
  fs::create_directories(dir_ + "/cat");
  ExpectRefused("/cat: expected images, .png, .jpg or .jpeg, found none");
  Write("cat/a.png", {1, 2});
  Write("b.png", {1, 2});
  ExpectRefused("one for each class, found both");
  EXPECT_EQ(ReadSampleFolder(dir_ + "/none", kGrey).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SampleFolderTest, WhatIsNoImageIsRefused) {
  WriteInFolder(dir_ + "/a.png", "GIF89a");
  ExpectRefused("/a.png: expected a PNG or JPEG image, found a GIF image");
  WriteInFolder(dir_ + "/a.png", "");
  ExpectRefused("/a.png: ");
  fs::remove(dir_ + "/a.png");
  fs::create_symlink("nowhere", dir_ + "/a.png");
  ExpectRefused("/a.png: expected an image, found a link to nothing");
  fs::remove(dir_ + "/a.png");
  ASSERT_EQ(mkfifo((dir_ + "/a.png").c_str(), 0600), 0);
  ExpectRefused("/a.png: expected an image, found what is no file");
}

TEST_F(SampleFolderTest, LinksAreFollowed) {
  Write("cat/a.png", {1, 2});
  fs::create_directory_symlink("cat", dir_ + "/dog");
  fs::create_symlink("a.png", dir_ + "/cat/b.png");
  const auto samples = ReadSampleFolder(dir_, kGrey);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_THAT(samples->labels, ElementsAre(0, 0, 1, 1));
}

}  // namespace
}  // namespace mondeq
