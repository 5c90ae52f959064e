// Times what several ranks say to each other in a training step, and sets it against what the
// network's latency and bandwidth make of it (docs/scaling.md).
#ifndef MONDEQ_BENCHMARKS_NETWORK_BENCH_H_
#define MONDEQ_BENCHMARKS_NETWORK_BENCH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/core/config_source.h"
#include "mondeq/device/device.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {

// A message of n bytes from one rank to another takes latency + n * seconds_per_byte.
struct NetworkRates {
  double latency_seconds = 0, seconds_per_byte = 0;
};

struct NetworkLine {
  std::string name;
  double bytes = 0;       // of what is added up, or shared out
  double ms = 0;          // of the slowest rank, a median
  double network_ms = 0;  // of it what the rates say of the messages
};

struct NetworkReport {
  std::string name;  // the experiment's
  Index parameters = 0;
  int ranks = 1;
  NetworkRates rates;  // between rank 0 and the last one, of their hosts
  std::string links;   // how tensors get from device to device (nccl.h)
  std::vector<NetworkLine> lines;
};

// What the messages take that add an array up and hand it to all of P ranks, in the order of the
// canonical tree: up in ceil(log2 P) messages one after the other, and down in as many.
double TreeSeconds(const NetworkRates& rates, int ranks, double bytes);
// The same by halves: as many messages, of twice the array together; ranks beyond a power of two
// send theirs to others first, and get it from them last.
double HalvesSeconds(const NetworkRates& rates, int ranks, double bytes);
// What those take with which all ranks get an array of which each has a part.
double RingSeconds(const NetworkRates& rates, int ranks, double bytes);

// To be called by all ranks, each with a device of its own. Errors: kInvalidArgument (the config),
// those of the messages.
absl::StatusOr<NetworkReport> BenchNetwork(const Experiment& experiment, const ConfigSource& source,
                                           Device* device, Communicator& ranks);

}  // namespace mondeq

#endif  // MONDEQ_BENCHMARKS_NETWORK_BENCH_H_
