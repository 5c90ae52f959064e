#include "mondeq/data/find_files.h"

#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
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
             ", found none; `tools/download_data set DIR` fetches it, then pass --data_dir=DIR");
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
  ExpectNone("the folder " + dir_ + "/mine, found none; no other folder");
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
  search_.data_dir = "";
  ExpectNone("a data directory with a-idx3-ubyte[.gz], found none");
  search_.data_dir = dir_ + "/none";
  search_.advice = "a friend has it";
  ExpectNone("the file a-idx3-ubyte[.gz] in " + dir_ + "/none/set or " + dir_ + "/none/other or " +
             dir_ + "/none, found none; a friend has it, then pass --data_dir=DIR");
}

}  // namespace
}  // namespace mondeq
