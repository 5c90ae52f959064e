#include "mondeq/core/file_lock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/file.h"

namespace mondeq {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class FileLockTest : public ::testing::Test {
 protected:
  FileLockTest()
      : path_(absl::StrCat(::testing::TempDir(), "/",
                           ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove(path_);
  }

  std::string path_;
};

TEST_F(FileLockTest, KeepsOthersOutAndNamesTheHolder) {
  {
    const auto lock = FileLock::Take(path_);
    ASSERT_TRUE(lock.ok()) << lock.status();
    EXPECT_TRUE((*lock)->excludes_others());
    const absl::Status second = FileLock::Take(path_).status();
    EXPECT_EQ(second.code(), absl::StatusCode::kAlreadyExists);
    EXPECT_THAT(std::string(second.message()),
                HasSubstr(absl::StrCat("process ", getpid(), " on ")));
    EXPECT_THAT(std::string(second.message()),
                ContainsRegex("since [0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+Z$"));
    EXPECT_EQ(FileLock::Take(path_).status(), second) << "who was refused leaves the holder's lock";
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_TRUE(FileLock::Take(path_).ok());
}

TEST_F(FileLockTest, WhatIsLeftBehindKeepsNobodyOut) {
  ASSERT_TRUE(WriteFileAtomically(path_, "process 1 on elsewhere since long ago\n").ok());
  const auto lock = FileLock::Take(path_);
  ASSERT_TRUE(lock.ok()) << lock.status();
  EXPECT_THAT(*ReadFile(path_), HasSubstr(absl::StrCat("process ", getpid(), " on ")));
  EXPECT_THAT(*ReadFile(path_), ::testing::Not(HasSubstr("elsewhere")));
}

TEST_F(FileLockTest, RemovingTheFileLetsNobodyIn) {
  const auto lock = FileLock::Take(path_);
  ASSERT_TRUE(lock.ok()) << lock.status();
  ASSERT_TRUE(std::filesystem::remove(path_));
  const absl::Status second = FileLock::Take(path_).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(second.message(), "another process, which " + path_ + " does not name");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(FileLockTest, KnowsWhetherItsFolderIsInPlace) {
  const std::string folder = path_ + ".folder", moved = path_ + ".moved", link = path_ + ".link";
  for (const std::string& path : {folder, moved, link}) std::filesystem::remove_all(path);
  std::filesystem::create_directory(folder);
  std::filesystem::create_directory_symlink(folder, link);
  const auto lock = FileLock::Take(link + "/lock");
  ASSERT_TRUE(lock.ok()) << lock.status();
  EXPECT_TRUE((*lock)->IsInPlace());
  std::filesystem::rename(folder, moved);
  EXPECT_FALSE((*lock)->IsInPlace());
  std::filesystem::create_directory(folder);
  EXPECT_FALSE((*lock)->IsInPlace());
}

TEST_F(FileLockTest, EndsWithItsProcess) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = FileLock::Take(path_);
    const char taken = lock.ok() ? 1 : 0;
    if (write(ready[1], &taken, 1) == 1) pause();
    _exit(1);
  }
  char taken = 0;
  ASSERT_EQ(read(ready[0], &taken, 1), 1);
  ASSERT_EQ(taken, 1);
  EXPECT_THAT(std::string(FileLock::Take(path_).status().message()),
              HasSubstr(absl::StrCat("process ", child, " on ")));
  ASSERT_EQ(kill(child, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(std::filesystem::exists(path_));
  EXPECT_TRUE(FileLock::Take(path_).ok());
  close(ready[0]);
  close(ready[1]);
}

TEST_F(FileLockTest, HolderIsOneLine) {
  const auto lock = FileLock::Take(path_);
  ASSERT_TRUE(lock.ok());
  // Whatever another program wrote into the file.
  const int fd = open(path_.c_str(), O_WRONLY | O_TRUNC);
  ASSERT_EQ(write(fd, "a\nb\x1b", 4), 4);
  close(fd);
  EXPECT_EQ(FileLock::Take(path_).status().message(), "a\\nb\\x1b");
}

TEST_F(FileLockTest, CannotBeMadeWhereThereIsNoDirectory) {
  const absl::Status status = FileLock::Take(path_ + "/none/lock").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path_));
}

}  // namespace
}  // namespace mondeq
