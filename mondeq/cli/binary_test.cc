// The program as a process: signals, exit codes, limits.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/cli/process_testing.h"
#include "mondeq/core/safetensors.h"

namespace mondeq {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

using BinaryTest = ProcessTest;

TEST_F(BinaryTest, ExitCodes) {
  EXPECT_EQ(Run({"validate", "--config=" + config_}).code, 0);
  EXPECT_EQ(Run({"--help"}).code, 0);
  ExpectError(Run({"validate", "--config=none"}), 2, {"none"});
  ExpectError(Run({"eval", "--config=" + config_, "--weights=none"}), 3, {"none"});
}

// The program knows its commit where the build does.
TEST_F(BinaryTest, Version) {
  EXPECT_EQ(Run({"version"}, Path("out")).code, 0);
  EXPECT_THAT(Read(Path("out")),
              ::testing::ContainsRegex("\ncommit: ([0-9a-f]{12}(-dirty)?|unknown)\n"));
}

// Two processes and one folder: the second is told who has it, and the first goes on.
TEST_F(BinaryTest, SecondRunInOneFolder) {
  const std::string run = Path("run");
  const pid_t child = Start({"train", "--config=" + config_, "--out=" + run, "--epochs=1000000"},
                            "/dev/null", RLIM_INFINITY);
  WaitForFile(run + "/metrics.csv");
  for (const std::string more : {"--seed=2", "--resume"}) {
    ExpectError(Mondeq({"train", "--config=" + config_, "--out=" + run, more}), 2,
                {run + " is in use by process " + std::to_string(child) + " on "});
  }
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the first run had ended";
  const Outcome resumed =
      Mondeq({"train", "--config=" + config_, "--out=" + run, "--resume", "--epochs=1"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
}

TEST_F(BinaryTest, InterruptKeepsTheRun) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string run = Path("run" + std::to_string(signal));
    const pid_t child = Start({"train", "--config=" + config_, "--out=" + run, "--epochs=1000000"},
                              "/dev/null", RLIM_INFINITY);
    WaitForFile(run + "/metrics.csv");
    kill(child, signal);
    ExpectError(Wait(child), signal == SIGINT ? 130 : 143,
                {"interrupted in epoch", run, "--resume"});
    EXPECT_TRUE(ReadSafetensors(run + "/weights.safetensors").ok());

    // One epoch more than there are.
    const std::string metrics = Read(run + "/metrics.csv");
    const auto rows = std::count(metrics.begin(), metrics.end(), '\n') - 1;
    const Outcome resumed = Mondeq({"train", "--config=" + config_, "--out=" + run, "--resume",
                                    "--epochs=" + std::to_string(rows + 1)});
    EXPECT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_THAT(Read(run + "/metrics.csv"), HasSubstr(metrics));
  }
}

// A signal ends all runs of --seeds, not only the one that goes on.
TEST_F(BinaryTest, InterruptEndsEverySeed) {
  const std::string runs = Path("runs");
  const std::vector<std::string> train = {"train", "--config=" + config_, "--out=" + runs,
                                          "--seeds=1,2", "--resume=auto"};
  std::vector<std::string> endless = train;
  endless.push_back("--epochs=1000000");
  const pid_t child = Start(endless, "/dev/null", RLIM_INFINITY);
  WaitForFile(runs + "/seed-1/metrics.csv");
  kill(child, SIGTERM);
  ExpectError(Wait(child), 143, {"interrupted in epoch", runs + "/seed-1", "--resume"});
  EXPECT_FALSE(std::filesystem::exists(runs + "/seed-2"));
  EXPECT_FALSE(std::filesystem::exists(runs + "/seeds.csv"));
}

// A checkpoint without an end, as a cluster asks for before it takes the machine away.
TEST_F(BinaryTest, CheckpointOnDemand) {
  const std::string run = Path("run"), out = Path("out");
  const pid_t child = Start({"train", "--config=" + config_, "--out=" + run, "--epochs=1000000"},
                            out, RLIM_INFINITY);
  WaitForFile(run + "/metrics.csv");
  kill(child, SIGUSR1);
  for (int i = 0; i < 6000 && Read(out).find("checkpoint written to " + run) == std::string::npos;
       ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_THAT(Read(out), HasSubstr("checkpoint written to " + run + "/checkpoint/step-"));
  kill(child, SIGTERM);
  EXPECT_EQ(Wait(child).code, 143);
}

TEST_F(BinaryTest, FullDiskWhileTraining) {
  // What is written at the start fits, the checkpoint does not.
  const std::string run = Path("run");
  ExpectError(Run({"train", "--config=" + config_, "--out=" + run}, "/dev/null", 4096), 3,
              {run + "/checkpoint/step-000000006.safetensors", "cannot write", "limit"});
  for (const auto& file : FilesIn(run)) {
    EXPECT_THAT(file.first, AnyOf(run + "/environment.txt", run + "/experiment.textproto"))
        << "a rest was left";
  }
}

TEST_F(BinaryTest, FullDiskLeavesTheOldOutput) {
  const std::string run = Path("run");
  ASSERT_EQ(Run({"train", "--config=" + config_, "--out=" + run, "--epochs=1"}).code, 0);
  Safetensors input;
  input.arrays["x"] = HostArray::From<float>({2, 144}, std::vector<float>(288));
  const std::string y = Write(Path("y"), "old");
  const std::string x = Write(Path("x"), SerializeSafetensors(input));
  const auto before = FilesIn(directory_);
  const Outcome outcome =
      Run({"solve", "--config=" + config_, "--weights=" + run + "/weights.safetensors",
           "--input=" + x, "--output=" + y},
          "/dev/null", 512);
  ExpectError(outcome, 3, {y, "cannot write", "limit"});
  std::filesystem::remove(Path("err"));
  auto expected = before;
  expected.erase(Path("err"));
  EXPECT_EQ(FilesIn(directory_), expected);
}

// A terminal that cannot overwrite a line gets lines without control codes.
TEST_F(BinaryTest, DumbTerminal) {
  for (const std::string kind : {"dumb", "xterm"}) {
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
      GTEST_SKIP() << "there are no terminals here";
    }
    ASSERT_EQ(setenv("TERM", kind.c_str(), 1), 0);
    const Outcome outcome = Run({"train", "--config=" + config_}, ptsname(terminal));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    std::string shown, part(4096, '\0');
    for (ssize_t size; (size = read(terminal, part.data(), part.size())) > 0;) {
      shown.append(part, 0, static_cast<std::size_t>(size));
    }
    close(terminal);
    EXPECT_THAT(shown, HasSubstr("epoch 2/2: train loss"));
    EXPECT_EQ(shown.find('\x1b') == std::string::npos, kind == "dumb") << shown;
  }
}

TEST_F(BinaryTest, FullStandardOutput) {
  ExpectError(Run({"list"}, "/dev/full"), 3, {"standard output", "cannot write"});
}

// Makes standard output and standard error a pipe that nobody reads.
bool LeaveUnread() {
  int ends[2];
  return pipe(ends) == 0 && dup2(ends[1], STDOUT_FILENO) >= 0 &&
         dup2(ends[1], STDERR_FILENO) >= 0 && close(ends[0]) == 0 && close(ends[1]) == 0;
}

bool CloseStandardStreams() {
  return close(STDIN_FILENO) == 0 && close(STDOUT_FILENO) == 0 && close(STDERR_FILENO) == 0;
}

// Who stops reading (train | head -1), or never wanted to, loses nothing of a run.
TEST_F(BinaryTest, NobodyReadsWhatIsPrinted) {
  const std::string run = Path("run");
  ASSERT_EQ(Run({"train", "--config=" + config_, "--out=" + run}).code, 0);
  const std::string weights = Read(run + "/weights.safetensors");
  Write(Path("err"), "");
  for (const auto& silence : {LeaveUnread, CloseStandardStreams}) {
    const std::string silent = Path(silence == LeaveUnread ? "unread" : "closed");
    EXPECT_EQ(Wait(Start({"train", "--config=" + config_, "--out=" + silent}, silence)).code, 0);
    auto files = FilesIn(silent), expected = FilesIn(run);
    EXPECT_EQ(files.size(), expected.size());
    EXPECT_EQ(files[silent + "/experiment.textproto"], expected[run + "/experiment.textproto"]);
    EXPECT_EQ(files[silent + "/weights.safetensors"], weights);
    EXPECT_EQ(Wait(Start({"list"}, silence)).code, 0);
    EXPECT_EQ(Wait(Start({"validate", "--config=none"}, silence)).code, 2);
  }
}

}  // namespace
}  // namespace mondeq
