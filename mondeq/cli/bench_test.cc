// What `mondeq bench` prints; the times decide nothing.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "nlohmann/json.hpp"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

std::string TinyConfig() {
  return Write(NewDirectory("bench") + "/tiny.textproto", TinyExperiment());
}

TEST(BenchTest, PrintsATable) {
  const Outcome outcome = Mondeq({"bench", "--config=" + TinyConfig(), "--device=cpu",
                                  "--threads=1", "--steps=2", "--latency"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  for (const char* const text :
       {"tiny: ", "batch of 50 samples; cpu, 1 thread (--device=cpu)\n", "GFLOP/s of multiply-adds",
        "\ndata ", "\ninjection ", "\nresolvent ", "\nforward ", "\nreadout and loss ",
        "\nbackward ", "\nparameter gradients ", "\noptimiser ", "\nwhole step ",
        "\none iteration ", "alpha 0.5;", "over 2 steps", " MB\n", "one sample: "}) {
    EXPECT_THAT(outcome.out, HasSubstr(text));
  }
}

TEST(BenchTest, PrintsJson) {
  const Outcome outcome = Mondeq(
      {"bench", "--config=" + TinyConfig(), "--device=cpu", "--threads=1", "--steps=2", "--batch=7",
       "--set=model.equilibrium.operator.dense.units=9", "--latency", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  for (const char* const key :
       {"step_ms", "step_floor_ms", "step_ratio", "iteration_ms", "iteration_floor_ms",
        "iteration_ratio", "peak_rss_mb", "alpha", "forward_iterations", "backward_iterations",
        "machine_gflop_per_s", "machine_memory_gb_per_s", "machine_handover_ns"}) {
    ASSERT_TRUE(json.contains(key)) << key;
    EXPECT_TRUE(json[key].is_number()) << key;
  }
  EXPECT_EQ(json["device"], "cpu, 1 thread");
  EXPECT_EQ(json["batch_size"], 7);
  EXPECT_EQ(json["steps"], 2);
  EXPECT_EQ(json["parameters"], 2 * 81 + 9 * 144 + 9 + 90 + 10);
  ASSERT_EQ(json["parts"].size(), 8u);
  for (const nlohmann::json& part : json["parts"]) {
    for (const char* const key :
         {"name", "ms", "gflop_per_s", "gb_per_s", "floor_ms", "ratio", "share"}) {
      EXPECT_TRUE(part.contains(key)) << key;
    }
  }
  EXPECT_GT(json["latency_us"]["median"], 0);
  EXPECT_GE(json["latency_us"]["p99"], json["latency_us"]["median"]);
}

TEST(BenchTest, TimesWhatSimulatedRanksSay) {
  const Outcome outcome = Mondeq({"bench", "--config=" + TinyConfig(), "--device=cpu",
                                  "--allreduce", "--simulate=3,0,1000", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["ranks"], 3);
  ASSERT_EQ(json["lines"].size(), 2u);  // a dense operator makes no parts
  for (const nlohmann::json& line : json["lines"]) {
    EXPECT_EQ(line["bytes"], 4 * json["parameters"].get<int>());
    EXPECT_GT(line["ms"], 0);
    EXPECT_GT(line["network_ms"], 0);
  }
}

TEST(BenchTest, RefusesWhatMeansNothing) {
  const std::string config = "--config=" + TinyConfig();
  const auto refuses = [&](std::vector<std::string> flags, const std::string& text) {
    flags.insert(flags.begin(), {"bench", config});
    const Outcome outcome = Mondeq(flags);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr(text));
  };
  refuses({"--allreduce"}, "--allreduce: needs several ranks");
  refuses({"--simulate=2,1,1"}, "--simulate: needs --allreduce");
  refuses({"--allreduce", "--simulate=2,1,1", "--steps=3"}, "leave out --steps and --latency");
  for (const char* const bad : {"1,1,1", "65,1,1", "2,-1,1", "2,1,0", "2,1", "2,1,1,1", "2,x,1"})
    refuses({"--allreduce", std::string("--simulate=") + bad}, "--simulate: must be P,US,GB");
}

}  // namespace
}  // namespace mondeq
