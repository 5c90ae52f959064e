// Times a training step part by part, each on an idle device, and sets every time against a floor:
// what the device would need for the arithmetic and the memory traffic of the part at its measured
// best rates (rates.h). Work is counted by a CountingDevice (see there), whose cost is a few
// additions a primitive.
#ifndef MONDEQ_BENCHMARKS_STEP_BENCH_H_
#define MONDEQ_BENCHMARKS_STEP_BENCH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "mondeq/benchmarks/machine_rates.h"
#include "mondeq/core/config_source.h"
#include "mondeq/device/counting/counting_device.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {

struct BenchOptions {
  int threads = 0;  // of a CPU device; 0: one per usable core
  // How many steps are timed. Where it is absent they are as many as take a few seconds, at
  // least 5.
  absl::optional<Index> steps;
  // Whether to fill BenchReport::latency.
  bool latency = false;
};

// One line of the report: the median time, the mean work, and the floor of this work.
struct BenchLine {
  std::string name;
  double ms = 0;
  Work work;
  double floor_ms = 0;

  // The time in floors; 0 where nothing must be done.
  double ratio() const { return floor_ms > 0 ? ms / floor_ms : 0; }
  double gflops() const { return work.flops / ms / 1e6; }
  double gbytes_per_second() const { return work.bytes / ms / 1e6; }
};

struct BenchLatency {
  double median_us = 0;
  double p99_us = 0;
};

struct BenchReport {
  std::string name;    // the experiment's
  std::string device;  // described
  Index batch_size = 0;
  Index parameters = 0;
  Index steps = 0;  // timed
  double alpha = 0;
  double forward_iterations = 0, backward_iterations = 0;  // means
  MachineRates rates;
  std::vector<BenchLine> parts;  // in the order of a step
  // A step without interruption. Its work and floor are the sums of those of the parts.
  BenchLine step;
  // One iteration of the forward solve after the first.
  BenchLine iteration;
  // The most memory that the process, and a device with memory of its own, had taken until the last
  // step, in 1e6 bytes.
  double peak_rss_mb = 0;
  double peak_device_mb = 0;
  // The time of Model::Forward on one sample when the resolvent is ready.
  absl::optional<BenchLatency> latency;
};

// Times steps on made-up samples at the initial weights. This takes some ten seconds, unless a step
// takes more than one. Errors: kInvalidArgument (the config), kOutOfRange (the training diverges),
// those of the device.
absl::StatusOr<BenchReport> BenchStep(const Experiment& experiment, const ConfigSource& source,
                                      Device* device, const BenchOptions& options);

}  // namespace mondeq

#endif  // MONDEQ_BENCHMARKS_STEP_BENCH_H_
