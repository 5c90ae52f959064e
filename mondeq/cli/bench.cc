// mondeq bench
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
#include "mondeq/benchmarks/step_bench.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/ranks.h"
#include "mondeq/cli/verb.h"
#include "mondeq/collective/collective.h"
#include "mondeq/collective/rank_threads.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "nlohmann/json.hpp"

namespace mondeq {
namespace {

using Json = nlohmann::ordered_json;

double Share(const BenchLine& line, const BenchReport& report) { return line.ms / report.step.ms; }

std::string Row(const BenchLine& line, const BenchReport& report) {
  return absl::StrFormat("%-20s %10.4f %10.1f %10.1f %10.4f %10.1f %8.1f %%\n", line.name, line.ms,
                         line.gflops(), line.gbytes_per_second(), line.floor_ms, line.ratio(),
                         100 * Share(line, report));
}

std::string Machine(const MachineRates& rates) {
  std::string text = absl::StrFormat(
      "machine: %.1f GFLOP/s of multiply-adds, %.1f GB/s from memory, %.1f GB/s from cache",
      rates.flops_per_second / 1e9, rates.memory_bytes_per_second / 1e9,
      rates.cache_bytes_per_second / 1e9);
  if (rates.handover_seconds > 0) {
    absl::StrAppendFormat(&text, ", %.0f ns from core to core and back",
                          rates.handover_seconds * 1e9);
  }
  return text;
}

std::string Table(const BenchReport& report, const std::string& why) {
  std::string text = absl::StrFormat(
      "%s: %d parameters, batch of %d samples; %s (%s)\n%s\n\n"
      "%-20s %10s %10s %10s %10s %10s %10s\n",
      Printable(report.name), report.parameters, report.batch_size, report.device, why,
      Machine(report.rates), "part", "ms", "GFLOP/s", "GB/s", "floor ms", "ms/floor", "share");
  for (const BenchLine& part : report.parts) absl::StrAppend(&text, Row(part, report));
  absl::StrAppend(&text, Row(report.step, report), Row(report.iteration, report));
  absl::StrAppendFormat(
      &text,
      "\n%.1f forward and %.1f backward iterations, alpha %.4g; medians over %d steps; peak of "
      "%.0f MB\n",
      report.forward_iterations, report.backward_iterations, report.alpha, report.steps,
      report.peak_device_mb > 0 ? report.peak_device_mb : report.peak_rss_mb);
  if (report.latency) {
    absl::StrAppendFormat(&text, "one sample: %.1f us, 99 %% within %.1f us\n",
                          report.latency->median_us, report.latency->p99_us);
  }
  return text;
}

Json PartJson(const BenchLine& line, const BenchReport& report) {
  return {{"name", line.name},
          {"ms", line.ms},
          {"gflop_per_s", line.gflops()},
          {"gb_per_s", line.gbytes_per_second()},
          {"floor_ms", line.floor_ms},
          {"ratio", line.ratio()},
          {"share", Share(line, report)}};
}

std::string JsonText(const BenchReport& report) {
  Json json = {{"name", report.name},
               {"parameters", report.parameters},
               {"batch_size", report.batch_size},
               {"device", report.device},
               {"steps", report.steps},
               {"alpha", report.alpha},
               {"forward_iterations", report.forward_iterations},
               {"backward_iterations", report.backward_iterations},
               {"machine_gflop_per_s", report.rates.flops_per_second / 1e9},
               {"machine_memory_gb_per_s", report.rates.memory_bytes_per_second / 1e9},
               {"machine_cache_gb_per_s", report.rates.cache_bytes_per_second / 1e9},
               {"machine_handover_ns", report.rates.handover_seconds * 1e9},
               {"parts", Json::array()},
               {"step_ms", report.step.ms},
               {"step_floor_ms", report.step.floor_ms},
               {"step_ratio", report.step.ratio()},
               {"step_gflop_per_s", report.step.gflops()},
               {"iteration_ms", report.iteration.ms},
               {"iteration_floor_ms", report.iteration.floor_ms},
               {"iteration_ratio", report.iteration.ratio()},
               {"iteration_gflop_per_s", report.iteration.gflops()},
               {"peak_rss_mb", report.peak_rss_mb}};
  if (report.peak_device_mb > 0) json["peak_device_mb"] = report.peak_device_mb;
  for (const BenchLine& part : report.parts) json["parts"].push_back(PartJson(part, report));
  if (report.latency) {
    json["latency_us"] = {{"median", report.latency->median_us}, {"p99", report.latency->p99_us}};
  }
  return absl::StrCat(json.dump(2), "\n");
}

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
  MONDEQ_RETURN_IF_ERROR(
      CheckSameOnAllRanks(ranks, (*setup)->experiment, {DeviceFact(*(*setup)->device)}));
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

absl::Status BenchAllReduce(Invocation& invocation) {
  if (absl::GetFlag(FLAGS_steps).has_value() || absl::GetFlag(FLAGS_latency)) {
    return absl::InvalidArgumentError(
        "--allreduce: times no steps and no single samples; leave out --steps and --latency");
  }
  MONDEQ_ASSIGN_OR_RETURN(const NetworkReport report, BenchNetworks(invocation));
  invocation.out << (absl::GetFlag(FLAGS_json) ? JsonText(report) : Table(report));
  return absl::OkStatus();
}

absl::Status Bench(Invocation& invocation) {
  if (absl::GetFlag(FLAGS_allreduce)) return BenchAllReduce(invocation);
  if (!absl::GetFlag(FLAGS_simulate).empty())
    return absl::InvalidArgumentError("--simulate: needs --allreduce");
  if (invocation.ranks.size() > 1) {
    return absl::InvalidArgumentError(
        "bench times the steps of one process, and with --allreduce what several say to each "
        "other");
  }
  const auto steps = absl::GetFlag(FLAGS_steps);
  MONDEQ_RETURN_IF_ERROR(CheckPositiveFlag("steps", steps));
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup, SetUp({}, invocation.err));
  const BenchOptions options{absl::GetFlag(FLAGS_threads), steps, absl::GetFlag(FLAGS_latency)};
  MONDEQ_ASSIGN_OR_RETURN(const BenchReport report, BenchStep(setup->experiment, setup->source,
                                                              setup->device.get(), options));
  invocation.out << (absl::GetFlag(FLAGS_json) ? JsonText(report)
                                               : Table(report, setup->why_device));
  return absl::OkStatus();
}

}  // namespace

Verb BenchVerb() {
  return {
      "bench",
      "time a training step part by part, against what the device could do",
      "",
      {"config"},
      {"set", "batch", "device", "threads", "steps", "json", "latency", "allreduce", "simulate",
       "collective_timeout"},
      "Trains on made-up samples in the shape of the config's data set; reads no data and writes\n"
      "no file. Prints, for every part of a step, for the whole step and for one iteration of the\n"
      "solver, the median time, what was achieved, and the floor: the time that the part's\n"
      "arithmetic and memory traffic would take at the rates measured on the device.\n"
      "Takes ten to twenty seconds.\n"
      "With --allreduce several ranks, which mpirun has started or --simulate describes, time "
      "what\n"
      "they say to each other in a step of the config: the latency and the bandwidth of a "
      "message;\n"
      "adding up the gradients in either order (training.reduction); and making the matrices of\n"
      "the solves, where operators make them in parts, together or each for itself; beside each\n"
      "what the messages take by that latency and bandwidth (docs/scaling.md).\n",
      {"mondeq bench --config=configs/mnist_dense.textproto",
       "mondeq bench --config=configs/mnist_dense.textproto --batch=32 --latency --json",
       "mondeq bench --config=configs/mnist_dense.textproto --allreduce --simulate=4,20,1.2"},
      Bench,
      /*by_ranks=*/true};
}

}  // namespace mondeq
