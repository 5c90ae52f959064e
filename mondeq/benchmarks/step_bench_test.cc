// The report is whole and fits together. The times themselves decide nothing.
#include "mondeq/benchmarks/step_bench.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

constexpr char kTiny[] = R"(
  name: "tiny"
  data { [mondeq.digits] { size: 12 train_count: 300 test_count: 100 } batch_size: 50 }
  model {
    equilibrium {
      injection { OPERATOR_INPUT }
      operator { OPERATOR }
      nonlinearity { [mondeq.relu] {} }
      splitting { [mondeq.peaceman_rachford] { alpha { value: 0.5 } } }
    }
    readout { [mondeq.flatten] {} }
    readout { [mondeq.affine] {} }
  }
  training {
    epochs: 2
    optimizer { [mondeq.adam] {} }
    schedule { [mondeq.constant] { learning_rate: 5e-3 } }
  })";

struct Loaded {
  Loaded(const std::string& operator_override, const std::string& injection_override) {
    std::string text = kTiny;
    text.replace(text.find("OPERATOR_INPUT"), 14, injection_override);
    text.replace(text.find("OPERATOR"), 8, operator_override);
    const absl::Status status = ParseConfig(text, "tiny", {}, &experiment, &source);
    EXPECT_TRUE(status.ok()) << status;
  }

  Experiment experiment;
  ConfigSource source;
};

void ExpectFits(const BenchLine& line) {
  EXPECT_TRUE(std::isfinite(line.ms)) << line.name;
  EXPECT_TRUE(std::isfinite(line.floor_ms)) << line.name;
  // A batch made beside the step is used where it is, if that is the device's memory.
  if (line.name == "data" && MakeTestDevice()->shares_host_memory()) {
    EXPECT_EQ(line.ratio(), 0);
    return;
  }
  EXPECT_GT(line.floor_ms, 0) << line.name;
  EXPECT_DOUBLE_EQ(line.ratio() * line.floor_ms, line.ms) << line.name;
}

void ExpectWhole(const BenchReport& report) {
  const std::vector<std::string> expected = {
      "data",     "injection",           "resolvent", "forward", "readout and loss",
      "backward", "parameter gradients", "optimiser"};
  std::vector<std::string> names;
  double floor = 0, flops = 0;
  for (const BenchLine& part : report.parts) {
    names.push_back(part.name);
    floor += part.floor_ms;
    flops += part.work.flops;
    ExpectFits(part);
  }
  EXPECT_EQ(names, expected);
  ExpectFits(report.step);
  ExpectFits(report.iteration);
  EXPECT_DOUBLE_EQ(report.step.floor_ms, floor);
  EXPECT_DOUBLE_EQ(report.step.work.flops, flops);
  EXPECT_EQ(report.batch_size, 50);
  EXPECT_EQ(report.device, MakeTestDevice()->Describe());
  EXPECT_EQ(report.steps, 3);
  EXPECT_EQ(report.alpha, 0.5);
  EXPECT_GE(report.forward_iterations, 1);
  EXPECT_GE(report.backward_iterations, 1);
  EXPECT_GT(report.peak_rss_mb, 0);
}

TEST(StepBenchTest, DenseReportIsWhole) {
  const Loaded tiny("[mondeq.dense] { units: 20 }", "[mondeq.affine] {}");
  const std::unique_ptr<Device> device = MakeTestDevice();
  const auto report = BenchStep(tiny.experiment, tiny.source, device.get(), {1, 3, true});
  ASSERT_TRUE(report.ok()) << report.status();
  ExpectWhole(*report);
  EXPECT_EQ(report->name, "tiny");
  // Product and map on 20 units of 50 samples.
  EXPECT_EQ(report->iteration.work.flops, 2 * 20 * 20 * 50 + 10 * 20 * 50);
  ASSERT_TRUE(report->latency.has_value());
  EXPECT_GT(report->latency->median_us, 0);
  EXPECT_GE(report->latency->p99_us, report->latency->median_us);
}

TEST(StepBenchTest, ConvolutionReportIsWhole) {
  const Loaded tiny("[mondeq.conv] { channels: 3 }", "[mondeq.padded_conv] {}");
  const std::unique_ptr<Device> device = MakeTestDevice();
  const auto report = BenchStep(tiny.experiment, tiny.source, device.get(), {1, 3, false});
  ASSERT_TRUE(report.ok()) << report.status();
  ExpectWhole(*report);
  EXPECT_FALSE(report->latency.has_value());
}

TEST(StepBenchTest, RefusesAnExperimentWithoutDataOrTraining) {
  for (const bool data : {true, false}) {
    Loaded tiny("[mondeq.dense] { units: 20 }", "[mondeq.affine] {}");
    data ? tiny.experiment.clear_data() : tiny.experiment.clear_training();
    const std::unique_ptr<Device> device = MakeTestDevice();
    const auto report = BenchStep(tiny.experiment, tiny.source, device.get(), {1, 3, false});
    EXPECT_EQ(report.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(report.status().message(), ::testing::HasSubstr(data ? "data" : "training"));
  }
}

}  // namespace
}  // namespace mondeq
