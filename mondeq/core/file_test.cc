#include "mondeq/core/file.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::path(::testing::TempDir()) /
           ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(dir_);
    fs::create_directories(dir_);
  }

  std::string Path(const std::string& name) const { return dir_ / name; }

  // The number of files, temporary ones included.
  long FileCount() const { return std::distance(fs::directory_iterator(dir_), {}); }

  static void ExpectError(const absl::Status& status, absl::StatusCode code,
                          const std::string& path, const std::string& what) {
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path));
    EXPECT_THAT(std::string(status.message()), HasSubstr(what));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\n")));
  }

  fs::path dir_;
};

TEST_F(FileTest, ReadsBackWhatWasWritten) {
  for (const std::size_t size : {0u, 1u, 4096u, 1000003u}) {
    std::string contents(size, 'x');
    for (std::size_t i = 0; i < size; ++i) contents[i] = static_cast<char>(i * 31 + i / 256);
    ASSERT_TRUE(WriteFileAtomically(Path("f"), contents).ok());
    EXPECT_EQ(ReadFile(Path("f")).value(), contents);
  }
  EXPECT_EQ(FileCount(), 1);
}

TEST_F(FileTest, ReadsFilesOfUnknownSize) {
  EXPECT_THAT(ReadFile("/proc/self/status").value(), HasSubstr("Name:"));
}

TEST_F(FileTest, RelativeAndLongNames) {
  const fs::path before = fs::current_path();
  fs::current_path(dir_);
  const std::string longest(255, 'n');
  EXPECT_TRUE(WriteFileAtomically("relative", "1").ok());
  EXPECT_TRUE(WriteFileAtomically(longest, "2").ok());
  EXPECT_EQ(ReadFile("relative").value(), "1");
  fs::current_path(before);
  EXPECT_EQ(ReadFile(Path(longest)).value(), "2");
}

TEST_F(FileTest, FollowsLinksAndKeepsThem) {
  ASSERT_TRUE(WriteFileAtomically(Path("target"), "old").ok());
  fs::create_symlink("target", Path("link"));
  ASSERT_TRUE(WriteFileAtomically(Path("link"), "new").ok());
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_EQ(ReadFile(Path("target")).value(), "new");
}

TEST_F(FileTest, DevicesAreWrittenToNotReplaced) {
  ASSERT_TRUE(WriteFileAtomically("/dev/null", "gone").ok());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  ExpectError(WriteFileAtomically("/dev/full", "x"), absl::StatusCode::kResourceExhausted,
              "/dev/full", "disk is full");
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

// A shell that redirects to the end of a file does not want it replaced.
TEST_F(FileTest, OpenFilesAreWrittenToAtTheirEnd) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "old").ok());
  const int fd = open(Path("f").c_str(), O_RDWR | O_APPEND);
  for (const char* const folder : {"/dev/fd/", "/proc/self/fd/"}) {
    ASSERT_TRUE(WriteFileAtomically(absl::StrCat(folder, fd), " new").ok());
  }
  close(fd);
  EXPECT_EQ(ReadFile(Path("f")).value(), "old new new");
  EXPECT_EQ(FileCount(), 1);
}

TEST_F(FileTest, ReadErrors) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "x").ok());
  ExpectError(ReadFile(Path("none")).status(), absl::StatusCode::kNotFound, Path("none"),
              "no such file");
  ExpectError(ReadFile(Path("f/below")).status(), absl::StatusCode::kNotFound, Path("f/below"),
              "no such file");
  ExpectError(ReadFile(dir_).status(), absl::StatusCode::kDataLoss, dir_, "found a directory");
  for (const char* const device : {"/dev/zero", "/dev/null"}) {
    ExpectError(ReadFile(device).status(), absl::StatusCode::kDataLoss, device,
                "expected a file or a pipe, found a device");
  }
}

TEST_F(FileTest, ReadsPipes) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "text", 4), 4);
  close(ends[1]);
  EXPECT_EQ(ReadFile(absl::StrCat("/dev/fd/", ends[0])).value(), "text");
  close(ends[0]);
}

// Nothing is allocated for what does not fit into memory, whether the size is known or not.
TEST_F(FileTest, FilesLargerThanMemory) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "x").ok());
  std::error_code error;
  fs::resize_file(Path("f"), std::uintmax_t{1} << 42, error);
  if (error) GTEST_SKIP() << "the file system has no files of that size";
  ExpectError(ReadFile(Path("f")).status(), absl::StatusCode::kDataLoss, Path("f"),
              "expected what fits into memory");
}

TEST_F(FileTest, ChecksMemory) {
  EXPECT_TRUE(CheckMemory("f", 1000000).ok());
  EXPECT_TRUE(CheckMemory("f", 100000000).ok());
  ExpectError(CheckMemory("f", std::uint64_t{1} << 50), absl::StatusCode::kDataLoss, "f",
              "found 1.13e+06 GB");
}

TEST_F(FileTest, WriteErrors) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "x").ok());
  ExpectError(WriteFileAtomically(Path("none/f"), "y"), absl::StatusCode::kNotFound, Path("none/f"),
              "directory does not exist");
  ExpectError(WriteFileAtomically(Path("f/below"), "y"), absl::StatusCode::kPermissionDenied,
              Path("f/below"), "cannot write");
  ExpectError(WriteFileAtomically(dir_, "y"), absl::StatusCode::kPermissionDenied, dir_,
              "is a directory");
  ExpectError(WriteFileAtomically(Path(std::string(256, 'n')), "y"),
              absl::StatusCode::kPermissionDenied, "nnn", "name too long");
  EXPECT_EQ(ReadFile(Path("f")).value(), "x");
  EXPECT_EQ(FileCount(), 1);
}

TEST_F(FileTest, WriteProtectedFileStays) {
  if (geteuid() == 0) GTEST_SKIP() << "root writes everywhere";
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "x").ok());
  fs::permissions(Path("f"), fs::perms::owner_read);
  ExpectError(WriteFileAtomically(Path("f"), "y"), absl::StatusCode::kPermissionDenied, Path("f"),
              "ermission denied");
  EXPECT_EQ(ReadFile(Path("f")).value(), "x");
}

// A limit on the size of files stops a write halfway, as a full disk does.
TEST_F(FileTest, MakesFoldersWithThoseTheyAreIn) {
  const std::string folder = Path("a/b//c/");
  ASSERT_TRUE(MakeFolder(folder).ok());
  EXPECT_TRUE(std::filesystem::is_directory(folder));
  EXPECT_TRUE(MakeFolder(folder).ok());
  EXPECT_TRUE(MakeFolder("/").ok());
  ASSERT_TRUE(WriteFileAtomically(folder + "file", "").ok());
  for (const std::string& beneath : {folder + "file", folder + "file/d/e", std::string()}) {
    EXPECT_FALSE(MakeFolder(beneath).ok()) << beneath;
  }
  fs::create_symlink("none", Path("link"));
  const std::string link = Path("link");
  ExpectError(MakeFolder(link), absl::StatusCode::kPermissionDenied, link, "leads nowhere");
  ExpectError(MakeFolder(link + "/a"), absl::StatusCode::kPermissionDenied, link + "/a",
              "Not a directory");
}

TEST_F(FileTest, InterruptedWriteLeavesTheOldFileAndNothingElse) {
  ASSERT_TRUE(WriteFileAtomically(Path("f"), "precious").ok());
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{65536, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const absl::Status replaced = WriteFileAtomically(Path("f"), std::string(100000, 'x'));
  const absl::Status created = WriteFileAtomically(Path("g"), std::string(100000, 'x'));
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);

  ExpectError(replaced, absl::StatusCode::kResourceExhausted, Path("f"), "file size limit");
  ExpectError(created, absl::StatusCode::kResourceExhausted, Path("g"), "file size limit");
  EXPECT_EQ(ReadFile(Path("f")).value(), "precious");
  EXPECT_EQ(FileCount(), 1);
}

TEST(ExpandHomeTest, PutsHomeFoldersInPlaceOfTildes) {
  ASSERT_EQ(setenv("HOME", "/somewhere/me", 1), 0);
  EXPECT_EQ(*ExpandHome("~"), "/somewhere/me");
  EXPECT_EQ(*ExpandHome("~/runs/1"), "/somewhere/me/runs/1");
  const passwd* me = getpwuid(getuid());
  ASSERT_NE(me, nullptr);
  EXPECT_EQ(*ExpandHome(absl::StrCat("~", me->pw_name, "/x")), absl::StrCat(me->pw_dir, "/x"));
  for (const char* const path : {"", "/a/~", "./~", "a~b", "a/~/b"}) {
    EXPECT_EQ(*ExpandHome(path), path);
  }
  const absl::Status nobody = ExpandHome("~no_such_user/x").status();
  EXPECT_EQ(nobody.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(nobody.message(),
            "~no_such_user/x: no user \"no_such_user\"; a file of that name is ./~no_such_user/x");
  // Without $HOME the system knows.
  ASSERT_EQ(unsetenv("HOME"), 0);
  const auto home = ExpandHome("~");
  ASSERT_TRUE(home.ok()) << home.status();
  EXPECT_NE(*home, "~");
}

// Process 1 lives as long as the machine does.
TEST_F(FileTest, TemporariesOfProcessesThatEndedAreRemoved) {
  const pid_t gone = fork();
  if (gone == 0) _exit(0);
  ASSERT_EQ(waitpid(gone, nullptr, 0), gone);
  const auto temporary = [&](pid_t process) {
    return Path(absl::StrCat(".mondeq-", process, "-3.tmp"));
  };
  const std::vector<std::string> stay = {
      temporary(1), Path(".mondeq-lock"), Path(".mondeq-x-1.tmp"),
      Path(absl::StrCat("mondeq-", gone, "-3.tmp")), Path(absl::StrCat(".mondeq-", gone, "-3.tm"))};
  const std::vector<std::string> go = {temporary(gone), temporary(getpid())};
  for (const auto& path : stay) ASSERT_TRUE(WriteFileAtomically(path, "").ok());
  for (const auto& path : go) ASSERT_TRUE(WriteFileAtomically(path, "").ok());
  RemoveStaleTemporaries(dir_);
  EXPECT_EQ(FileCount(), static_cast<long>(stay.size()));
  for (const auto& path : stay) EXPECT_TRUE(fs::exists(path)) << path;
  RemoveStaleTemporaries(Path("none"));
}

}  // namespace
}  // namespace mondeq
