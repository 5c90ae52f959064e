#include "mondeq/data/find_files.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/data/idx_testing.h"
#include "mondeq/data/plugin_files_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

class FindFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "/find_files_test";
    fs::remove_all(dir_);
    fs::create_directories(dir_);
    search_ = {"set", dir_, {"a-idx3-ubyte", "b-idx1-ubyte"}, "", {"set", "other", ""}, true};
  }

  void Touch(const std::string& name) { WriteInFolder(dir_ + "/" + name, "x"); }

  absl::StatusOr<FoundFiles> Find() { return FindFiles(search_, search_.files); }

  void ExpectNone(const std::string& message) {
    const absl::Status status = Find().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("set: expected " + message), Not(HasSubstr("\n"))));
  }

  std::string dir_;
  FileSearch search_;
};

TEST_F(FindFilesTest, TheFirstFolderWithAnyOfTheFilesIsTheOne) {
  ExpectNone("the file a-idx3-ubyte[.gz] in " + dir_ + "/set or " + dir_ + "/other or " + dir_ +
             ", found none; `mondeq data fetch set --dir=DIR` gets it, then pass --data_dir=DIR");
  Touch("a-idx3-ubyte");
  Touch("b-idx1-ubyte");
  EXPECT_EQ(Find()->folder, dir_);
  fs::create_directories(dir_ + "/set");
  EXPECT_EQ(Find()->folder, dir_);
  // One file alone makes a folder that of the set, and nothing is taken from elsewhere.
  Touch("other/b-idx1-ubyte");
  ExpectNone("the file a-idx3-ubyte[.gz] in " + dir_ + "/other, as " + dir_ +
             "/other/b-idx1-ubyte is there, found none");
  Touch("other/a-idx3-ubyte.gz");
  EXPECT_EQ(Find()->folder, dir_ + "/other");
  EXPECT_THAT(Find()->paths,
              ElementsAre(dir_ + "/other/a-idx3-ubyte.gz", dir_ + "/other/b-idx1-ubyte"));
}

TEST_F(FindFilesTest, TheWholeSetDecidesWhateverIsWanted) {
  Touch("set/b-idx1-ubyte");
  Touch("a-idx3-ubyte");
  EXPECT_FALSE(FindFiles(search_, {"a-idx3-ubyte"}).ok());
  EXPECT_EQ(FindFiles(search_, {"b-idx1-ubyte"})->folder, dir_ + "/set");
}

TEST_F(FindFilesTest, ANamedFolderIsTheOnlyOne) {
  for (const char* const folder : {"", "set/", "other/"}) {
    Touch(folder + std::string("a-idx3-ubyte"));
    Touch(folder + std::string("b-idx1-ubyte"));
  }
  search_.named_folder = "mine";
  ExpectNone("the folder " + dir_ +
             "/mine, found none among a-idx3-ubyte, b-idx1-ubyte, other/, set/; no other folder");
  fs::create_directories(dir_ + "/mine");
  ExpectNone("the file a-idx3-ubyte[.gz] in " + dir_ + "/mine, found none; no other folder");
  Touch("mine/a-idx3-ubyte");
  ExpectNone("the file b-idx1-ubyte[.gz] in " + dir_ + "/mine, as " + dir_ +
             "/mine/a-idx3-ubyte is there, found none");
  Touch("mine/b-idx1-ubyte");
  EXPECT_EQ(Find()->folder, dir_ + "/mine");
  // --data_dir may be that folder itself, however it is written.
  for (const char* const written : {"/mine", "/mine/", "/mine/.", "/set/../mine"}) {
    search_.data_dir = dir_ + written;
    EXPECT_TRUE(Find().ok()) << written;
  }
  search_.data_dir = dir_ + "/set";
  ExpectNone("the folder " + dir_ + "/set/mine, found none");
}

// Those of the next folder are another set.
TEST_F(FindFilesTest, LinksThatLeadNowhereAreFilesOfTheirFolder) {
  for (const char* const file : {"a-idx3-ubyte", "b-idx1-ubyte"}) {
    Touch(std::string("other/") + file);
    fs::create_directories(dir_ + "/set");
    fs::create_symlink(dir_ + "/unmounted/" + file, dir_ + "/set/" + file);
  }
  const absl::StatusOr<FoundFiles> found = Find();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->folder, dir_ + "/set");
}

TEST_F(FindFilesTest, NamesAsArchiversWriteThem) {
  Touch("a.idx3-ubyte");
  Touch("b.idx1-ubyte.gz");
  EXPECT_THAT(Find()->paths, ElementsAre(dir_ + "/a.idx3-ubyte", dir_ + "/b.idx1-ubyte.gz"));
  // A folder of a file's name is no file.
  Touch("a-idx3-ubyte/a-idx3-ubyte");
  EXPECT_EQ(Find()->paths[0], dir_ + "/a.idx3-ubyte");
  Touch("b-idx1-ubyte");
  EXPECT_EQ(Find()->paths[1], dir_ + "/b-idx1-ubyte");
  search_.idx = false;
  ExpectNone("the file a-idx3-ubyte in " + dir_ + ", as " + dir_ + "/b-idx1-ubyte is there");
}

TEST_F(FindFilesTest, NowhereToLook) {
  search_.data_dir = dir_ + "/none";
  search_.advice = "a friend has it";
  ExpectNone("the folder " + dir_ + "/none, found none; a friend has it, then pass --data_dir=DIR");
  search_.named_folder = "set";
  ExpectNone("the folder " + dir_ + "/none, found none; ");
  WriteInFolder(dir_ + "/none", "PK\3\4");
  ExpectNone(
      "the folder " + dir_ +
      "/none, found a file, a zip archive, as PyTorch's .pt and NumPy's .npz are; --data_dir=DIR "
      "must be the folder that the files are in");
  ASSERT_EQ(mkfifo((dir_ + "/pipe").c_str(), 0666), 0);
  search_.data_dir = dir_ + "/pipe";
  ExpectNone("the folder " + dir_ + "/pipe, found a file; ");
  for (const char* const link : {"/loop", "/gone"}) {
    fs::create_symlink(link + 1 == std::string("loop") ? "loop" : "nowhere", dir_ + link);
    search_.data_dir = dir_ + link;
    ExpectNone("the folder " + dir_ + link + ", found a link that leads nowhere; ");
  }
}

// Only public sets are where nobody has said.
TEST_F(FindFilesTest, WithoutADataDir) {
  search_.data_dir = "";
  ASSERT_EQ(setenv("XDG_DATA_HOME", dir_.c_str(), 1), 0);
  const std::string home = dir_ + "/mondeq";
  const std::string advice =
      ", found none; `mondeq data fetch set` gets it, or --data_dir=DIR names its folder";
  ExpectNone("the folder " + home + "/set" + advice);
  for (const char* const elsewhere : {"a-idx3-ubyte", "other/a-idx3-ubyte", "set/set/c"}) {
    Touch("mondeq/" + std::string(elsewhere));
  }
  ExpectNone("the file a-idx3-ubyte[.gz] in " + home + "/set, found none among set/; `mondeq data");
  Touch("mondeq/set/a-idx3-ubyte");
  ExpectNone("the file b-idx1-ubyte[.gz] in " + home + "/set, as ");
  Touch("mondeq/set/b-idx1-ubyte.gz");
  EXPECT_EQ(Find()->folder, home + "/set");
  search_.named_folder = "mine";
  ExpectNone("the folder " + home + "/mine, found none among ");
  Touch("mondeq/mine/a-idx3-ubyte");
  Touch("mondeq/mine/b-idx1-ubyte");
  EXPECT_EQ(Find()->folder, home + "/mine");
  search_.named_folder = "";
  search_.advice = "a friend has it";
  ExpectNone("a data directory with a-idx3-ubyte[.gz], found none; a friend has it");
  search_.advice = "";
  ASSERT_EQ(unsetenv("XDG_DATA_HOME"), 0);
  ASSERT_EQ(unsetenv("HOME"), 0);
  ExpectNone("a data directory with a-idx3-ubyte[.gz], found none; `mondeq data fetch set --dir");
}

TEST_F(FindFilesTest, AFolderInThePlaceOfAFile) {
  Touch("a-idx3-ubyte");
  fs::create_directory(dir_ + "/b-idx1-ubyte.gz");
  ExpectNone("the file b-idx1-ubyte[.gz] in " + dir_ + ", as " + dir_ +
             "/a-idx3-ubyte is there, found a folder, " + dir_ + "/b-idx1-ubyte.gz; ");
}

TEST_F(FindFilesTest, WhatIsThereInsteadIsTold) {
  const std::string expected = "the file a-idx3-ubyte[.gz] in " + dir_ + "/set or " + dir_ +
                               "/other or " + dir_ + ", found none";
  const std::string fetch = "; `mondeq data fetch set --dir=DIR` gets it";
  for (const char* const name : {"f/g", "5", "4", "3", "2", "1"}) Touch(name);
  ExpectNone(expected + " among 1, 2, 3, 4, 5 and 1 more" + fetch);
  // What is nearer to what was looked for is told in place of what is farther from it.
  WriteInFolder(dir_ + "/some.zip", "PK\3\4");
  WriteInFolder(dir_ + "/f/a.zip", "PK\3\4");
  ExpectNone(expected + ", but " + dir_ + "/some.zip; if that is the set, unpack it");
  WriteInFolder(dir_ + "/f/a-idx3-ubyte.npy", "\x93NUMPY");
  ExpectNone(expected + ", but " + dir_ + "/f/a-idx3-ubyte.npy, a NumPy .npy array" + fetch);
  Touch("f/a-idx3-ubyte.ZIP");
  ExpectNone(expected + ", but " + dir_ + "/f/a-idx3-ubyte.ZIP; unpack it");
  Touch("0/B-IDX1-UBYTE");
  Touch("A-IDX3-UBYTE");
  ExpectNone(expected + ", but " + dir_ + "/A-IDX3-UBYTE; capital and small letters");
  Touch("a-idx3-ubyte/a-idx3-ubyte");
  Touch("b-idx1-ubyte/b-idx1-ubyte");
  ExpectNone(expected + ", but " + dir_ +
             "/a-idx3-ubyte/a-idx3-ubyte; put all files of the set into "
             "one folder");
  for (const char* const folder : {"/a-idx3-ubyte", "/b-idx1-ubyte"}) fs::remove_all(dir_ + folder);
  Touch("f/two/b.idx1-ubyte.gz");
  Touch("f/two/a-idx3-ubyte");
  ExpectNone(expected + ", but " + dir_ + "/f/two/a-idx3-ubyte; pass --data_dir=" + dir_ +
             "/f/two");
  Touch("f/one/a-idx3-ubyte");
  ExpectNone(expected + ", but " + dir_ + "/f/one/a-idx3-ubyte; pass --data_dir=" + dir_ +
             "/f/one or --data_dir=" + dir_ + "/f/two");
  // The folder of a set that is not whole.
  Touch("set/a-idx3-ubyte");
  Touch("set/B-idx1-ubyte.gz");
  ExpectNone("the file b-idx1-ubyte[.gz] in " + dir_ + "/set, as " + dir_ +
             "/set/a-idx3-ubyte is there, found none, but " + dir_ + "/set/B-idx1-ubyte.gz; ");
}

// The right files under wrong names need no download.
TEST_F(FindFilesTest, FilesToRename) {
  const std::string images("\0\0\x08\3\0\0\0\0", 8);
  const std::string none = "the file a-idx3-ubyte[.gz] in " + dir_ + "/set or " + dir_ +
                           "/other or " + dir_ + ", found none, but ";
  WriteInFolder(dir_ + "/a-idx3-ubyte.txt", images);
  ExpectNone(none + dir_ +
             "/a-idx3-ubyte.txt, IDX images; if that is the file, rename it to a-idx3-ubyte");
  fs::remove(dir_ + "/a-idx3-ubyte.txt");
  WriteInFolder(dir_ + "/a-idx3-ubyte (1).gz", Gzip(images));
  ExpectNone(none + dir_ +
             "/a-idx3-ubyte (1).gz, a gzip file; if that is the file, rename it to a-idx3-ubyte");
  // In a folder that is named too.
  search_.named_folder = "mine";
  WriteInFolder(dir_ + "/mine/a-idx3-ubyte.txt", images);
  ExpectNone("the file a-idx3-ubyte[.gz] in " + dir_ + "/mine, found none, but " + dir_ +
             "/mine/a-idx3-ubyte.txt, IDX images; if that is the file, rename it");
  search_.data_dir = dir_ + "/mine/";
  ExpectNone("the file a-idx3-ubyte[.gz] in " + dir_ + "/mine/, found none, but " + dir_ +
             "/mine/a-idx3-ubyte.txt, IDX images; if that is the file, rename it");
  fs::remove(dir_ + "/mine/a-idx3-ubyte.txt");
  Touch("mine/old/a-idx3-ubyte");
  ExpectNone("the file a-idx3-ubyte[.gz] in " + dir_ + "/mine/, found none, but " + dir_ +
             "/mine/old/a-idx3-ubyte; no other folder than the one named is looked into");
}

// The folder that has the first files of a set need not be the one that has them all.
TEST_F(FindFilesTest, SetsInTwoFolders) {
  Touch("set/a-idx3-ubyte");
  Touch("other/b-idx1-ubyte");
  const std::string found = "the file b-idx1-ubyte[.gz] in " + dir_ + "/set, as " + dir_ +
                            "/set/a-idx3-ubyte is there, found none, but " + dir_ +
                            "/other/b-idx1-ubyte; ";
  ExpectNone(found + "put all files of the set into one folder");
  Touch("other/a-idx3-ubyte");
  ExpectNone(found + "pass --data_dir=" + dir_ + "/other");
}

TEST_F(FindFilesTest, LooksNeitherDeepNorLong) {
  Touch("1/2/3/a-idx3-ubyte");
  for (int i = 0; i < 2100; ++i) fs::create_directory(absl::StrCat(dir_, "/x", i));
  Touch("y/a-idx3-ubyte");
  EXPECT_THAT(std::string(Find().status().message()),
              HasSubstr("found none among 1/, x0/, x1/, x10/, x100/ and 2097 more; "));
}

// A file may be there twice, but not be two.
TEST_F(FindFilesTest, DifferentFilesOfOneNameAreRefused) {
  const auto refuses = [&](const std::string& one, const std::string& other,
                           const std::string& how = "with different contents; remove") {
    const absl::Status status = Find().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("set: expected one of " + dir_ + "/" + one + " and " + dir_ + "/" +
                          other + ", found both, " + how));
  };
  Touch("a-idx3-ubyte");
  Touch("b-idx1-ubyte");
  WriteInFolder(dir_ + "/a-idx3-ubyte.gz", Gzip("x"));
  WriteInFolder(dir_ + "/b.idx1-ubyte", "x");
  fs::create_symlink(dir_ + "/b-idx1-ubyte", dir_ + "/b.idx1-ubyte.gz");
  const auto found = Find();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(found->paths, ElementsAre(dir_ + "/a-idx3-ubyte", dir_ + "/b-idx1-ubyte"));
  WriteInFolder(dir_ + "/b.idx1-ubyte", "y");
  refuses("b-idx1-ubyte", "b.idx1-ubyte");
  EXPECT_TRUE(FindFiles(search_, {"a-idx3-ubyte"}).ok());
  for (const std::string& other : {Gzip("y"), Gzip("xx"), std::string()}) {
    WriteInFolder(dir_ + "/a-idx3-ubyte.gz", other);
    refuses("a-idx3-ubyte", "a-idx3-ubyte.gz");
  }
  WriteInFolder(dir_ + "/a-idx3-ubyte.gz", Gzip("x").substr(0, 9));
  refuses("a-idx3-ubyte", "a-idx3-ubyte.gz",
          "one of them damaged: " + dir_ + "/a-idx3-ubyte.gz: byte 9: truncated: ");
}

TEST(CheckFileNameTest, PathsAreNoNames) {
  EXPECT_TRUE(CheckFileName("labels", "train-labels..idx1").ok());
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("../other/a"),
        std::string("/a"), std::string("a/"), std::string("a\0b", 3)}) {
    EXPECT_EQ(CheckFileName("labels", name).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(CheckFileName("labels", name).message()),
                HasSubstr("labels: expected the name of a file"));
  }
}

TEST(CheckFolderNameTest, FoldersAreBelowDataDir) {
  for (const char* const name : {"", "fashion", "a/b", "a..b", "./~"}) {
    EXPECT_TRUE(CheckFolderName("directory", name).ok()) << name;
  }
  EXPECT_EQ(CheckFolderName("directory", "/data/x"),
            absl::InvalidArgumentError(
                "directory: expected a folder below --data_dir, found \"/data/x\"; to read files "
                "from there leave the field out and give --data_dir=/data/x"));
  for (const char* const name : {"~/x", "..", "../a", "a/../b", "a/.."}) {
    EXPECT_FALSE(CheckFolderName("directory", name).ok()) << name;
  }
}

}  // namespace
}  // namespace mondeq
