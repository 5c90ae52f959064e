#include "mondeq/cli/bench_network.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "mondeq/benchmarks/network_bench.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/ranks.h"
#include "mondeq/collective/collective.h"
#include "mondeq/collective/rank_threads.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "nlohmann/json.hpp"

namespace mondeq {
namespace {

using Json = nlohmann::ordered_json;

// What --simulate describes.
struct Simulated {
  int ranks = 0;
  ThreadNetwork network;
};

absl::StatusOr<Simulated> SimulateFlag() {
  constexpr int kMostRanks = 64;
  const std::string text = absl::GetFlag(FLAGS_simulate);
  const std::vector<std::string> parts = absl::StrSplit(text, ',');
  Simulated simulated;
  double microseconds = 0, gigabytes = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &simulated.ranks) ||
      !absl::SimpleAtod(parts[1], &microseconds) || !absl::SimpleAtod(parts[2], &gigabytes) ||
      simulated.ranks < 2 || simulated.ranks > kMostRanks ||
      !(microseconds >= 0 && microseconds <= 1e6) || !(gigabytes >= 1e-3 && gigabytes <= 1e3)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--simulate: must be P,US,GB with 2 to ", kMostRanks,
                     " ranks, 0 to 1e6 microseconds and 1e-3 to 1e3 gigabytes a second, found \"",
                     absl::CEscape(text), "\""));
  }
  simulated.network.seconds_per_message = 1e-6 * microseconds;
  simulated.network.seconds_per_byte = 1e-9 / gigabytes;
  return simulated;
}

double GigabytesPerSecond(const NetworkRates& rates) {
  return rates.seconds_per_byte > 0 ? 1e-9 / rates.seconds_per_byte : 0;
}

std::string Table(const NetworkReport& report) {
  std::string text = absl::StrFormat(
      "%s: %d parameters; %d ranks\na message: %.2f us and %.2f GB/s; tensors %s\n\n%-24s %10s "
      "%10s %12s\n",
      Printable(report.name), report.parameters, report.ranks, 1e6 * report.rates.latency_seconds,
      GigabytesPerSecond(report.rates), report.links, "together", "MB", "ms", "network ms");
  for (const NetworkLine& line : report.lines) {
    absl::StrAppendFormat(&text, "%-24s %10.3f %10.3f %12.3f\n", line.name, line.bytes / 1e6,
                          line.ms, line.network_ms);
  }
  return text;
}

std::string JsonText(const NetworkReport& report) {
  Json json = {{"name", report.name},
               {"parameters", report.parameters},
               {"ranks", report.ranks},
               {"latency_us", 1e6 * report.rates.latency_seconds},
               {"gb_per_s", GigabytesPerSecond(report.rates)},
               {"tensors", report.links},
               {"lines", Json::array()}};
  for (const NetworkLine& line : report.lines) {
    json["lines"].push_back({{"name", line.name},
                             {"bytes", line.bytes},
                             {"ms", line.ms},
                             {"network_ms", line.network_ms}});
  }
  return absl::StrCat(json.dump(2), "\n");
}

absl::StatusOr<NetworkReport> BenchNetworkOf(Communicator& ranks, int gpu, std::ostream& err) {
  Needs needs;
  needs.gpu = gpu;
  const absl::StatusOr<std::unique_ptr<Setup>> setup = SetUp(needs, err);
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks, setup.status()));
  const auto facts = [&]() -> std::vector<RankFact> { return {DeviceFact(*(*setup)->device)}; };
  MONDEQ_RETURN_IF_ERROR(CheckSameOnAllRanks(ranks, (*setup)->experiment, facts));
  return BenchNetwork((*setup)->experiment, (*setup)->source, (*setup)->device.get(), ranks);
}

// By the ranks that mpirun has started, or by simulated ones.
absl::StatusOr<NetworkReport> BenchNetworks(Invocation& invocation) {
  if (absl::GetFlag(FLAGS_simulate).empty()) {
    if (invocation.ranks.size() == 1) {
      return absl::InvalidArgumentError(
          "--allreduce: needs several ranks: mpirun -np P mondeq bench, or --simulate");
    }
    MONDEQ_ASSIGN_OR_RETURN(const RankPlace place, PlaceRanks(invocation.ranks));
    return BenchNetworkOf(invocation.ranks, place.on_host, invocation.err);
  }
  if (invocation.ranks.size() > 1) {
    return absl::InvalidArgumentError(
        "--simulate: is for one process, not for those that mpirun has started");
  }
  MONDEQ_ASSIGN_OR_RETURN(const Simulated simulated, SimulateFlag());
  if (absl::GetFlag(FLAGS_threads) == 0) absl::SetFlag(&FLAGS_threads, 1);
  NetworkReport report;
  MONDEQ_RETURN_IF_ERROR(
      RunOnThreads(simulated.ranks, simulated.network, [&](Communicator& ranks) -> absl::Status {
        std::ostream nowhere(nullptr);
        std::ostream& err = ranks.rank() == 0 ? invocation.err : nowhere;
        MONDEQ_ASSIGN_OR_RETURN(NetworkReport mine,
                                BenchNetworkOf(ranks, /*gpu=*/ranks.rank(), err));
        if (ranks.rank() == 0) report = std::move(mine);
        return absl::OkStatus();
      }));
  return report;
}

}  // namespace

absl::Status BenchAllReduce(Invocation& invocation) {
  if (absl::GetFlag(FLAGS_steps).has_value() || absl::GetFlag(FLAGS_latency)) {
    return absl::InvalidArgumentError(
        "--allreduce: times no steps and no single samples; leave out --steps and --latency");
  }
  MONDEQ_ASSIGN_OR_RETURN(const NetworkReport report, BenchNetworks(invocation));
  invocation.out << (absl::GetFlag(FLAGS_json) ? JsonText(report) : Table(report));
  return absl::OkStatus();
}

}  // namespace mondeq
