#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/cli/fetch_progress.h"
#include "mondeq/cli/interrupt.h"
#include "mondeq/data/http_server_testing.h"
#include "mondeq/data/public_sets.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

constexpr char kErase[] = "\r\033[K";

class DataTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(setenv("XDG_DATA_HOME", home_.c_str(), 1), 0);
    // Nothing is fetched from anywhere else, whatever network there is.
    for (const char* const proxy : {"http_proxy", "https_proxy", "HTTPS_PROXY"}) {
      ASSERT_EQ(setenv(proxy, "http://127.0.0.1:1", 1), 0);
    }
    ASSERT_EQ(setenv("no_proxy", "127.0.0.1", 1), 0);
  }

  const std::string home_ = NewDirectory("data_test");
  HttpServer server_;
};

TEST_F(DataTest, ListsTheSets) {
  const Outcome outcome = Mondeq({"data"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              HasSubstr("mnist            11.6 MB  not here; `mondeq data fetch mnist` "
                        "gets it\n"));
  for (const PublicSet& set : PublicSets()) EXPECT_THAT(outcome.out, HasSubstr(set.name + " "));
  const std::string folder = home_ + "/mondeq/mnist";
  std::filesystem::create_directories(folder);
  WriteMnistFiles(folder);
  EXPECT_THAT(Mondeq({"data"}).out, HasSubstr("mnist            11.6 MB  " + folder + "\n"));
  std::filesystem::remove(folder + "/train-labels-idx1-ubyte");
  EXPECT_THAT(Mondeq({"data"}).out, HasSubstr("`mondeq data fetch mnist`"));
}

TEST_F(DataTest, RefusesWhatIsNoSet) {
  ExpectError(Mondeq({"data", "fetch"}), 2, {"expected \"fetch\" and a set, one of mnist, "});
  ExpectError(Mondeq({"data", "--dir=" + home_}), 2, {"expected \"fetch\" and a set"});
  ExpectError(Mondeq({"data", "fetch", "cifar-10"}), 2, {"did you mean \"cifar10\"?"});
  ExpectError(Mondeq({"data", "get", "mnist"}), 2, {"unknown action \"get\""});
  for (const char* const mirror : {"/mirror", "file:///mirror", "ftp://mirror", "http://a b"}) {
    ExpectError(Mondeq({"data", "fetch", "mnist", absl::StrCat("--mirror=", mirror)}), 2,
                {"--mirror: expected the URL of a folder, http://... or https://..., found \""});
  }
  EXPECT_TRUE(FilesIn(home_).empty());
}

TEST_F(DataTest, TheMirrorThatIsGivenIsTriedFirst) {
  server_.Answer("/mirror/train-images-idx3-ubyte.gz", {{"not that many bytes"}});
  const std::string dir = home_ + "/new";
  const Outcome outcome =
      Mondeq({"data", "fetch", "mnist", "--dir=" + dir, "--mirror=" + server_.Url("/mirror/")});
  const std::string failure =
      server_.Url("/mirror/train-images-idx3-ubyte.gz") + ": expected 9912422 bytes, found 19";
  ExpectError(outcome, 3,
              {"mnist: train-images-idx3-ubyte.gz: cannot be fetched: " + failure,
               "; https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz: (",
               "; without a network copy the official file to " + dir + "/mnist"});
  EXPECT_THAT(outcome.err, ::testing::StartsWith("mondeq: warning: " + failure + "\n"));
  EXPECT_THAT(outcome.out, HasSubstr("fetching " + server_.Url("/mirror/train-images") +
                                     "-idx3-ubyte.gz, 9.9 MB\n"));
  EXPECT_TRUE(std::filesystem::is_directory(dir + "/mnist"));
}

TEST_F(DataTest, CanBeInterrupted) {
  HttpAnswer stalling = {std::string(1000, 'x')};
  stalling.stall = true;
  server_.Answer("/train_32x32.mat", {stalling});
  NoteInterrupt();
  ExpectError(Mondeq({"data", "fetch", "svhn", "--mirror=" + server_.Url()}), 130,
              {"svhn: interrupted; " + home_ + "/mondeq/svhn/train_32x32.mat.part has "});
}

class FetchProgressTest : public ::testing::Test {
 protected:
  std::string Output(bool terminal) {
    std::ostringstream out, err;
    double now = 5;
    FetchProgress progress(
        out, err, terminal, [&now] { return now; }, [] { return 45; });
    progress.OnStart("http://a/b.gz", 1000000, 9900000);
    const PublicFile file = {"b.gz", 9900000, ""};
    progress.OnBytes(file, 1100000);
    now = 35;
    progress.OnBytes(file, 4000000);
    progress.OnBytes(file, 4100000);
    progress.OnFailure("a failure\nof two lines");
    EXPECT_EQ(err.str(), "mondeq: warning: a failure\\nof two lines\n");
    return out.str();
  }

  const std::string first_ = "fetching http://a/b.gz, 9.9 MB, from 1.0 MB on\n";
};

TEST_F(FetchProgressTest, OverwritesALineOnATerminal) {
  EXPECT_EQ(Output(true),
            first_ + kErase + "\033[?7lb.gz  40%  4.0 MB of 9.9 MB  59 s left\033[?7h" + kErase);
}

TEST_F(FetchProgressTest, WritesALineNowAndThenElsewhere) {
  EXPECT_EQ(Output(false), first_ + "b.gz  40%  4.0 MB of 9.9 MB  0.10 MB/s  59 s left\n");
}

}  // namespace
}  // namespace mondeq
