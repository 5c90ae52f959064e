// mondeq bench
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/benchmarks/step_bench.h"
#include "mondeq/cli/bench_network.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/verb.h"
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
