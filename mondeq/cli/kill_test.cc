// A run that is killed again and again, and resumed each time, is bit for bit one that nobody
// disturbed. MONDEQ_KILLS says how often; by default it is quick.
#include <cstdlib>
#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/process_testing.h"
#include "mondeq/cli/train_testing.h"

namespace mondeq {
namespace {

using KillTest = ProcessTest;
using Clock = std::chrono::steady_clock;

int Kills() {
  const char* const asked = std::getenv("MONDEQ_KILLS");
  return asked == nullptr ? 20 : std::atoi(asked);
}

TEST_F(KillTest, KilledRunIsTheSameRun) {
  const std::vector<std::string> train = {"train", "--config=" + config_, "--epochs=6",
                                          "--threads=1"};
  const auto into = [&](const std::string& run, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = train;
    arguments.push_back("--out=" + Path(run));
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  const Clock::time_point start = Clock::now();
  ASSERT_EQ(Run(into("whole", {})).code, 0);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();

  std::mt19937 random(1);
  std::uniform_real_distribution<double> moment(0, seconds);
  int killed = 0, completed = 0, in_an_epoch = 0;
  while (killed < Kills() || completed == 0) {
    const pid_t child =
        Start(into("parts", {"--resume=auto", "--checkpoint_steps=1"}), Path("out"), RLIM_INFINITY);
    // After the last kill the run may end.
    if (killed < Kills()) {
      std::this_thread::sleep_for(std::chrono::duration<double>(moment(random)));
      kill(child, SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    killed += WIFSIGNALED(status) ? 1 : 0;
    in_an_epoch += Read(Path("out")).find("resumed after batch") != std::string::npos ? 1 : 0;
    if (WIFSIGNALED(status)) continue;
    ASSERT_EQ(WEXITSTATUS(status), 0) << Read(Path("err"));
    EXPECT_EQ(Read(Path("err")), "");
    for (const char* const file : {"/weights.safetensors", "/best.safetensors"}) {
      ASSERT_EQ(Read(Path("parts") + file), Read(Path("whole") + file)) << file;
    }
    ASSERT_EQ(MetricsOfTheRun(Path("parts/metrics.csv")),
              MetricsOfTheRun(Path("whole/metrics.csv")));
    std::filesystem::remove_all(Path("parts"));
    ++completed;
  }
  EXPECT_GT(killed, 0);
  EXPECT_GT(in_an_epoch, 0);
  RecordProperty("killed", killed);
  RecordProperty("completed", completed);
  RecordProperty("resumed_in_an_epoch", in_an_epoch);
}

}  // namespace
}  // namespace mondeq
