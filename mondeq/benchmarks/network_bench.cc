#include "mondeq/benchmarks/network_bench.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "absl/functional/function_ref.h"
#include "mondeq/benchmarks/timing.h"
#include "mondeq/benchmarks/workload.h"
#include "mondeq/collective/collective.h"
#include "mondeq/collective/dealt.h"
#include "mondeq/collective/fast_reducer.h"
#include "mondeq/collective/nccl/nccl.h"
#include "mondeq/collective/tree_reducer.h"
#include "mondeq/core/status.h"
#include "mondeq/core/stopwatch.h"
#include "mondeq/training/shared_preparation.h"

namespace mondeq {
namespace {

using Body = absl::FunctionRef<absl::Status()>;

absl::StatusOr<double> Largest(Communicator& ranks, double mine) {
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::vector<double>> all,
                          GatherDealt<double>(ranks, {{mine}}));
  for (const std::vector<double>& one : all) mine = std::max(mine, one.front());
  return mine;
}

// How long the slowest rank takes for one call of many in a row: the median of some rounds. All
// ranks see the same times, and so make as many rounds.
absl::StatusOr<double> SlowestSeconds(Communicator& ranks, Body body) {
  constexpr int kCalls = 4, kLeast = 5, kMost = 25;
  constexpr double kEnoughSeconds = 2;
  MONDEQ_RETURN_IF_ERROR(body());  // warms up
  std::vector<double> rounds;
  double sum = 0;
  const auto size = [&] { return static_cast<int>(rounds.size()); };
  while (size() < kLeast || (size() < kMost && sum < kEnoughSeconds)) {
    MONDEQ_RETURN_IF_ERROR(Barrier(ranks));
    const Stopwatch watch;
    for (int call = 0; call < kCalls; ++call) MONDEQ_RETURN_IF_ERROR(body());
    MONDEQ_ASSIGN_OR_RETURN(const double slowest, Largest(ranks, watch.seconds()));
    rounds.push_back(slowest / kCalls);
    sum += slowest;
  }
  return Median(rounds);
}

// How long a message of so many bytes takes from rank 0 to the last one: half of there and back.
absl::StatusOr<double> MessageSeconds(Communicator& ranks, std::size_t bytes) {
  const int last = ranks.size() - 1;
  std::string message(bytes, 'm');
  const auto there_and_back = [&]() -> absl::Status {
    if (ranks.rank() == 0) {
      MONDEQ_RETURN_IF_ERROR(ranks.Send(last, message));
      return ranks.Receive(last, absl::MakeSpan(message));
    }
    if (ranks.rank() != last) return absl::OkStatus();
    MONDEQ_RETURN_IF_ERROR(ranks.Receive(0, absl::MakeSpan(message)));
    return ranks.Send(0, message);
  };
  MONDEQ_ASSIGN_OR_RETURN(const double both, SlowestSeconds(ranks, there_and_back));
  return both / 2;
}

absl::StatusOr<NetworkRates> FindRates(Communicator& ranks) {
  constexpr std::size_t kLarge = std::size_t{1} << 22;
  NetworkRates rates;
  if (ranks.size() == 1) return rates;
  MONDEQ_ASSIGN_OR_RETURN(rates.latency_seconds, MessageSeconds(ranks, 1));
  MONDEQ_ASSIGN_OR_RETURN(const double large, MessageSeconds(ranks, kLarge));
  rates.seconds_per_byte =
      std::max(large - rates.latency_seconds, 0.0) / static_cast<double>(kLarge);
  return rates;
}

int Levels(int ranks) { return static_cast<int>(std::ceil(std::log2(static_cast<double>(ranks)))); }

absl::StatusOr<NetworkLine> TimeReducer(ShardReducer* reducer, std::string name, double network,
                                        Communicator& ranks, Model* model) {
  const Tensor& gradients = model->parameters().gradients();
  ShardNumbers numbers{std::vector<double>(9), std::vector<double>(7)};
  MONDEQ_ASSIGN_OR_RETURN(const double seconds, SlowestSeconds(ranks, [&]() -> absl::Status {
                            reducer->Add(numbers, gradients);
                            MONDEQ_RETURN_IF_ERROR(reducer->Finish(&numbers, gradients));
                            return model->device().status();
                          }));
  return NetworkLine{std::move(name), static_cast<double>(gradients.bytes()), 1e3 * seconds,
                     1e3 * network};
}

double BytesOf(const std::vector<Tensor>& tensors) {
  double bytes = 0;
  for (const Tensor& tensor : tensors) bytes += static_cast<double>(tensor.bytes());
  return bytes;
}

// Adds a line for each way to make the matrices of the solves; none where they are not in parts.
absl::Status TimePreparation(const NetworkRates& rates, Communicator& ranks, Model* model,
                             std::vector<NetworkLine>* lines) {
  const Part part{ranks.rank(), ranks.size()};
  double bytes = 0;
  for (const Multiplier& multiplier : model->solve_multipliers())
    bytes += BytesOf(model->op().PreparePart(multiplier, part));
  if (bytes == 0) return absl::OkStatus();
  for (const bool shares : {true, false}) {
    SharedPreparation preparation(model, &ranks);
    preparation.set_shares(shares);
    MONDEQ_ASSIGN_OR_RETURN(const double seconds, SlowestSeconds(ranks, [&] {
                              model->ParametersChanged();
                              return preparation.Prepare();
                            }));
    const double network = shares ? RingSeconds(rates, ranks.size(), bytes) : 0;
    lines->push_back({shares ? "matrices, a part each" : "matrices, all by each", bytes,
                      1e3 * seconds, 1e3 * network});
  }
  return absl::OkStatus();
}

}  // namespace

double TreeSeconds(const NetworkRates& rates, int ranks, double bytes) {
  return 2 * Levels(ranks) * (rates.latency_seconds + bytes * rates.seconds_per_byte);
}

double HalvesSeconds(const NetworkRates& rates, int ranks, double bytes) {
  int half = 1;
  while (2 * half <= ranks) half *= 2;
  double seconds = 2 * Levels(half) * rates.latency_seconds +
                   2 * bytes * (1 - 1.0 / half) * rates.seconds_per_byte;
  if (half < ranks) seconds += 2 * (rates.latency_seconds + bytes * rates.seconds_per_byte);
  return seconds;
}

double RingSeconds(const NetworkRates& rates, int ranks, double bytes) {
  return (ranks - 1) * (rates.latency_seconds + bytes / ranks * rates.seconds_per_byte);
}

absl::StatusOr<NetworkReport> BenchNetwork(const Experiment& experiment, const ConfigSource& source,
                                           Device* device, Communicator& ranks) {
  Workload workload;
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks, workload.Make(experiment, source, device, /*batches=*/1)));
  Model* model = workload.model.get();
  NetworkReport report;
  report.name = experiment.name();
  report.parameters = model->parameters().count();
  report.ranks = ranks.size();
  MONDEQ_ASSIGN_OR_RETURN(report.rates, FindRates(ranks));
  const auto bytes = static_cast<double>(model->parameters().gradients().bytes());
  MONDEQ_ASSIGN_OR_RETURN(const DeviceLinks links, ConnectDevices(ranks, device));
  report.links = links.how;
  TreeReducer tree(&ranks, links.messages.get(), device, ranks.size());
  MONDEQ_ASSIGN_OR_RETURN(
      NetworkLine line, TimeReducer(&tree, "gradients, REPRODUCIBLE",
                                    TreeSeconds(report.rates, report.ranks, bytes), ranks, model));
  report.lines.push_back(line);
  FastReducer fast(&ranks, links.messages.get(), device);
  MONDEQ_ASSIGN_OR_RETURN(
      line, TimeReducer(&fast, "gradients, FAST", HalvesSeconds(report.rates, report.ranks, bytes),
                        ranks, model));
  report.lines.push_back(line);
  MONDEQ_RETURN_IF_ERROR(TimePreparation(report.rates, ranks, model, &report.lines));
  return report;
}

}  // namespace mondeq
