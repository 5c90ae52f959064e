#include "mondeq/data/fetch.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/exit_code.h"
#include "mondeq/core/file.h"
#include "mondeq/core/file_lock.h"
#include "mondeq/core/random.h"
#include "mondeq/data/http_server_testing.h"
#include "mondeq/data/plugin_files_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace fs = std::filesystem;

std::string Noise(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(random.Below(256)));
  return bytes;
}

std::string OutputOf(const std::string& command) {
  std::FILE* const pipe = popen(command.c_str(), "r");
  std::string output;
  for (int c = std::getc(pipe); c != EOF; c = std::getc(pipe)) output += static_cast<char>(c);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return output;
}

class Recorder : public FetchObserver {
 public:
  void OnPresent(const std::string& path) override { present.push_back(path); }
  void OnBytes(const PublicFile&, std::int64_t count) override { bytes = count; }
  void OnFailure(const std::string& what) override { failures.push_back(what); }
  bool Interrupted() override { return bytes >= interrupt_at; }

  std::vector<std::string> present, failures;
  std::int64_t bytes = 0, interrupt_at = std::int64_t{1} << 40;
};

class FetchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "/fetch_test";
    fs::remove_all(dir_);
    set_ = {"set", {server_.Url("/one"), server_.Url("/two")}, {Describe("a.bin", bytes_)}};
  }

  PublicFile Describe(const std::string& name, const std::string& bytes) const {
    const std::string path = dir_ + "/sum";
    WriteInFolder(path, bytes);
    const std::string sum = OutputOf("sha256sum < " + path).substr(0, 64);
    fs::remove(path);
    return {name, static_cast<std::int64_t>(bytes.size()), sum};
  }

  absl::Status Fetch() { return FetchSet(set_, folder(), limits_, &seen_); }
  // Fetches the set, which must succeed.
  void Succeeds() {
    const absl::Status status = Fetch();
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(*ReadFile(path()) == bytes_);
    EXPECT_THAT(Files(), ElementsAre("a.bin"));
  }
  // Fetches the set, which must fail with one line that has `part`.
  void Fails(const std::string& part) {
    const absl::Status status = Fetch();
    EXPECT_EQ(ExitCodeOf(status), kExitFile) << status;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(part), Not(HasSubstr("\n"))));
    EXPECT_FALSE(fs::exists(path()));
  }

  std::string folder() const { return dir_ + "/data/set"; }
  std::string path() const { return folder() + "/a.bin"; }
  std::string part() const { return path() + ".part"; }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder()))
      names.push_back(entry.path().filename());
    return names;
  }

  HttpServer server_;
  std::string dir_;
  const std::string bytes_ = Noise(100000, 1), wrong_ = Noise(100000, 2);
  PublicSet set_;
  FetchLimits limits_ = {/*stall_seconds=*/1, /*connect_seconds=*/5, /*attempts=*/5};
  Recorder seen_;
};

TEST_F(FetchTest, FetchesWhatIsMissing) {
  server_.Answer("/one/a.bin", {{bytes_}});
  Succeeds();
  EXPECT_EQ(seen_.bytes, 100000);
  Succeeds();
  EXPECT_THAT(seen_.present, ElementsAre(path()));
  EXPECT_THAT(server_.requests(), ElementsAre("/one/a.bin"));
  // What is damaged there, or something else, is replaced.
  for (const std::string& other : {wrong_, std::string("short")}) {
    WriteInFolder(path(), other);
    Succeeds();
  }
  EXPECT_EQ(server_.requests().size(), 3u);
}

TEST_F(FetchTest, GoesOnAfterTruncation) {
  HttpAnswer cut = {bytes_};
  cut.most = 40000;
  server_.Answer("/one/a.bin", {cut});
  Succeeds();
  EXPECT_THAT(server_.requests(),
              ElementsAre("/one/a.bin", "/one/a.bin from 40000", "/one/a.bin from 80000"));
}

TEST_F(FetchTest, KeepsWhatHasComeForTheNextCall) {
  HttpAnswer cut = {bytes_};
  cut.most = 100;
  server_.Answer("/one/a.bin", {cut});
  set_.mirrors.pop_back();
  Fails("/one/a.bin: (18) ");
  EXPECT_EQ(*ReadFile(part()), bytes_.substr(0, 500));  // of five attempts
  server_.Answer("/one/a.bin", {{bytes_}});
  Succeeds();
  EXPECT_EQ(server_.requests().back(), "/one/a.bin from 500");
}

TEST_F(FetchTest, LeavesAMirrorThatStalls) {
  HttpAnswer stalling = {bytes_};
  // Less than what makes up for a second without any.
  stalling.most = 500;
  stalling.stall = true;
  limits_.attempts = 1;
  server_.Answer("/one/a.bin", {stalling});
  server_.Answer("/two/a.bin", {{bytes_}});
  Succeeds();
  EXPECT_THAT(server_.requests(), ElementsAre("/one/a.bin", "/two/a.bin from 500"));
  EXPECT_THAT(seen_.failures, ElementsAre(HasSubstr("/one/a.bin: (28) Operation too slow")));
}

TEST_F(FetchTest, NamesEveryMirrorThatFails) {
  server_.Answer("/two/a.bin", {{"broken", 500}});
  set_.mirrors.push_back("http://127.0.0.1:1");
  Fails("a.bin: cannot be fetched: " + server_.Url("/one/a.bin: ") +
        "(22) The requested URL returned error: 404; " + server_.Url("/two/a.bin: ") +
        "(22) The requested URL returned error: 500; http://127.0.0.1:1/a.bin: (7) Failed to ");
  EXPECT_EQ(seen_.failures.size(), 2u);
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(FetchTest, RefusesWrongBytes) {
  server_.Answer("/one/a.bin", {{wrong_}});
  const std::string sums = "/a.bin: expected SHA-256 " + set_.files[0].sha256 + ", found " +
                           Describe("wrong", wrong_).sha256;
  set_.mirrors.pop_back();
  Fails("/one" + sums);
  EXPECT_THAT(Files(), IsEmpty());
  set_.mirrors.push_back(server_.Url("/two"));
  server_.Answer("/two/a.bin", {{bytes_}});
  Succeeds();
  EXPECT_THAT(seen_.failures, ElementsAre(HasSubstr("/one" + sums)));
  // Each was asked for once: a mirror that has the wrong file has it the next time too.
  EXPECT_THAT(server_.requests(), ElementsAre("/one/a.bin", "/one/a.bin", "/two/a.bin"));
}

TEST_F(FetchTest, BeginsAnewAfterWrongBytesFromBefore) {
  WriteInFolder(part(), wrong_.substr(0, 500));
  server_.Answer("/one/a.bin", {{bytes_}});
  Succeeds();
  EXPECT_THAT(server_.requests(), ElementsAre("/one/a.bin from 500", "/one/a.bin"));
  // All of them, and more than there are.
  for (const std::string& before : {wrong_, wrong_ + "x"}) {
    fs::remove(path());
    WriteInFolder(part(), before);
    Succeeds();
    EXPECT_EQ(server_.requests().back(), "/one/a.bin");
  }
}

TEST_F(FetchTest, BeginsAnewWhereAServerCannotGoOn) {
  WriteInFolder(part(), bytes_.substr(0, 500));
  HttpAnswer whole = {bytes_};
  whole.ranges = false;
  server_.Answer("/one/a.bin", {whole});
  Succeeds();
  EXPECT_THAT(server_.requests(), ElementsAre("/one/a.bin from 500", "/one/a.bin"));
}

// Nobody listens there, and what curl says of it has the number of an HTTP answer in it.
TEST_F(FetchTest, KeepsWhatHasComeWhereNobodyAnswers) {
  WriteInFolder(part(), bytes_.substr(0, 5000));
  set_.mirrors = {"http://127.0.0.1:416"};
  Fails("port 416");
  EXPECT_THAT(Files(), ElementsAre("a.bin.part"));
  EXPECT_EQ(fs::file_size(part()), 5000u);
}

TEST_F(FetchTest, NeedsNoServerForWhatHasCome) {
  WriteInFolder(part(), bytes_);
  Succeeds();
  EXPECT_THAT(server_.requests(), IsEmpty());
}

TEST_F(FetchTest, RefusesFilesThatAreTooShort) {
  server_.Answer("/one/a.bin", {{bytes_.substr(0, 600)}});
  server_.Answer("/two/a.bin", {{bytes_}});
  Succeeds();
  EXPECT_THAT(seen_.failures,
              ElementsAre(HasSubstr("/one/a.bin: expected 100000 bytes, found 600")));
}

TEST_F(FetchTest, TakesNoMoreThanTheFileHas) {
  server_.Answer("/one/a.bin", {{bytes_ + wrong_}});
  Succeeds();
  fs::remove(path());
  HttpAnswer endless = {Noise(1 << 16, 3)};
  endless.endless = true;
  server_.Answer("/one/a.bin", {endless});
  server_.Answer("/two/a.bin", {{bytes_}});
  Succeeds();
  EXPECT_EQ(seen_.bytes, 100000);
}

TEST_F(FetchTest, FollowsRedirections) {
  server_.Answer("/one/a.bin", {{"", 302, true, std::string::npos, false, false, "/elsewhere"}});
  server_.Answer("/elsewhere", {{bytes_}});
  Succeeds();
}

TEST_F(FetchTest, RefusesRedirectionsToFilesAndInCircles) {
  WriteInFolder(dir_ + "/secret", bytes_);
  HttpAnswer redirect = {"", 302};
  redirect.location = "file://" + dir_ + "/secret";
  server_.Answer("/one/a.bin", {redirect});
  redirect.location = "/two/a.bin";
  server_.Answer("/two/a.bin", {redirect});
  Fails("/one/a.bin: (1) Protocol \"file\" not supported");
  EXPECT_THAT(seen_.failures.size(), 1u);
  EXPECT_EQ(server_.requests().size(), 1u + 11u);
}

TEST_F(FetchTest, CanBeInterrupted) {
  HttpAnswer stalling = {bytes_};
  stalling.most = 30000;
  stalling.stall = true;
  server_.Answer("/one/a.bin", {stalling, {bytes_}});
  seen_.interrupt_at = 1000;
  limits_.stall_seconds = 1000;
  const absl::Status status = Fetch();
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(part() + " has "));
  const std::size_t kept = fs::file_size(part());
  EXPECT_GE(kept, 1000u);
  seen_ = Recorder();
  Succeeds();
  EXPECT_EQ(server_.requests().back(), absl::StrCat("/one/a.bin from ", kept));
}

TEST_F(FetchTest, OneAtATime) {
  server_.Answer("/one/a.bin", {{bytes_}});
  fs::create_directories(folder());
  {
    const auto lock = *FileLock::Take(folder() + "/fetch.lock");
    Fails(folder() + " is in use by ");
  }
  Succeeds();
  // Where nothing is missing nothing is written.
  const auto lock = *FileLock::Take(folder() + "/fetch.lock");
  EXPECT_TRUE(Fetch().ok());
}

TEST_F(FetchTest, FoldersThatCannotBeMade) {
  WriteInFolder(dir_ + "/data", "a file");
  Fails(folder() + ": cannot write: ");
}

// That is no fault of a mirror.
TEST_F(FetchTest, FilesThatCannotBeWritten) {
  server_.Answer("/one/a.bin", {{bytes_}});
  fs::create_directories(part());
  Fails(part() + ": cannot write: ");
  EXPECT_THAT(seen_.failures, IsEmpty());
}

class ArchiveTest : public FetchTest {
 protected:
  // Makes an archive of what the commands leave in the folder that they run in.
  void Pack(const std::string& commands) {
    const std::string tree = dir_ + "/tree";
    fs::create_directories(tree);
    OutputOf("cd " + tree + " && " + commands);
    archive_ = *ReadFile(tree + "/set.tar.gz");
    set_.archive = Describe("set.tar.gz", archive_);
    set_.packed_in = "inner";
    server_.Answer("/one/set.tar.gz", {{archive_}});
  }

  std::string archive_;
};

TEST_F(ArchiveTest, IsUnpackedAndRemoved) {
  set_.files.push_back(Describe("b.bin", wrong_));
  WriteInFolder(dir_ + "/tree/inner/a.bin", bytes_);
  WriteInFolder(dir_ + "/tree/inner/b.bin", wrong_);
  WriteInFolder(dir_ + "/tree/inner/more", "x");
  Pack("tar -czf set.tar.gz inner");
  for (int call = 0; call < 2; ++call) {
    EXPECT_TRUE(Fetch().ok());
    EXPECT_TRUE(*ReadFile(path()) == bytes_);
    EXPECT_TRUE(*ReadFile(folder() + "/b.bin") == wrong_);
    EXPECT_THAT(Files(), ::testing::UnorderedElementsAre("a.bin", "b.bin"));
  }
  // Only what is missing is taken out of the archive, which is fetched once more.
  fs::remove(path());
  EXPECT_TRUE(Fetch().ok());
  EXPECT_THAT(server_.requests(), ElementsAre("/one/set.tar.gz", "/one/set.tar.gz"));
}

TEST_F(ArchiveTest, SaysWhatTarSays) {
  WriteInFolder(dir_ + "/tree/inner/other.bin", bytes_);
  Pack("tar -czf set.tar.gz inner");
  EXPECT_THAT(std::string(Fetch().message()),
              HasSubstr("/set.tar.gz: inner/a.bin: expected 100000 bytes, found 0; tar: "
                        "inner/a.bin: Not found in archive"));
}

// Whatever an archive says about where its files go.
TEST_F(ArchiveTest, WritesNowhereElse) {
  WriteInFolder(dir_ + "/victim", "safe");
  WriteInFolder(dir_ + "/tree/inner/evil", "evil");
  Pack("ln -s " + dir_ +
       "/victim inner/a.bin && tar -czPf set.tar.gz inner --transform='s,inner/"
       "evil," +
       dir_ + "/written,'");
  const absl::Status status = Fetch();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("/set.tar.gz: inner/a.bin: expected 100000 bytes, found 0"));
  EXPECT_EQ(*ReadFile(dir_ + "/victim"), "safe");
  EXPECT_FALSE(fs::exists(dir_ + "/written"));
  EXPECT_THAT(Files(), ElementsAre("set.tar.gz"));
}

TEST(PublicSetsTest, AreWhole) {
  for (const PublicSet& set : PublicSets()) {
    EXPECT_EQ(FindPublicSet(set.name), &set);
    EXPECT_THAT(set.mirrors, Not(IsEmpty()));
    for (const std::string& mirror : set.mirrors) {
      EXPECT_THAT(mirror, ::testing::MatchesRegex("https?://.*[^/]"));
    }
    std::vector<PublicFile> files = set.files;
    if (!set.archive.name.empty()) files.push_back(set.archive);
    for (const PublicFile& file : files) {
      EXPECT_GT(file.size, 1000) << file.name;
      EXPECT_EQ(file.sha256.size(), 64u) << file.name;
      EXPECT_EQ(file.sha256.find_first_not_of("0123456789abcdef"), std::string::npos) << file.name;
    }
  }
  EXPECT_EQ(FindPublicSet("imagenet"), nullptr);
}

TEST(DataHomeTest, IsWhereTheSpecificationHasIt) {
  ASSERT_EQ(setenv("HOME", "/home/me", 1), 0);
  ASSERT_EQ(setenv("XDG_DATA_HOME", "/data", 1), 0);
  EXPECT_EQ(DataHome(), "/data/mondeq");
  EXPECT_THAT(UsualFolders("mnist"), ElementsAre("/data/mondeq/mnist"));
  EXPECT_THAT(UsualFolders("fashion_mnist"),
              ElementsAre("/data/mondeq/fashion_mnist", "/usr/share/datasets/fashion-mnist"));
  for (const char* const ignored : {"", "relative"}) {
    ASSERT_EQ(setenv("XDG_DATA_HOME", ignored, 1), 0);
    EXPECT_EQ(DataHome(), "/home/me/.local/share/mondeq");
  }
  ASSERT_EQ(unsetenv("XDG_DATA_HOME"), 0);
  ASSERT_EQ(unsetenv("HOME"), 0);
  EXPECT_EQ(DataHome(), "");
  EXPECT_THAT(UsualFolders("mnist"), IsEmpty());
}

}  // namespace
}  // namespace mondeq
