// Peak memory of a training step, for several numbers of solver iterations.
//   bazel run --config=opt //mondeq/benchmarks:memory -- cifar10_conv
// The argument is a file in configs/ or a path. The numbers of iterations are forced: no tolerance
// is met. Each is measured in a process of its own, so that the peaks are independent. Columns, in
// MB (1e6 bytes):
//   peak      resident memory at its highest
//   model     resident before the step: program, parameters, gradients, optimiser, samples, and
//             what the operator keeps once the first alpha has been chosen
//   prepared  what it keeps besides for an iteration: the resolvent V and what it is made of
//   buffers   what is left, (peak - model - prepared) / state, a state having dim x batch float32;
//             batches of x, partial sums and whatever else a step needs count as well
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mondeq/benchmarks/peak_memory.h"
#include "mondeq/benchmarks/workload.h"
#include "mondeq/core/status.h"
#include "mondeq/device/create_device.h"
#include "mondeq/training/training_step.h"

ABSL_FLAG(std::vector<std::string>, iterations, std::vector<std::string>({"5", "100"}),
          "solver iterations, forward and backward, a process for each");
ABSL_FLAG(int, threads, 0, "CPU threads; 0: one per core");
ABSL_FLAG(int, measure, 0, "measure this many iterations in this process: for the children");

namespace mondeq {
namespace {

constexpr double kMega = 1e6;

std::string ConfigPath(absl::string_view name) {
  return absl::EndsWith(name, ".textproto") ? std::string(name)
                                            : absl::StrCat("configs/", name, ".textproto");
}

double ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

absl::Status Measure(const std::string& name, int iterations) {
  Experiment experiment;
  ConfigSource source;
  MONDEQ_RETURN_IF_ERROR(LoadConfig(ConfigPath(name), {}, &experiment, &source));
  std::string why;
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Device> device,
                          CreateDevice("cpu", absl::GetFlag(FLAGS_threads), &why));
  Workload workload;
  MONDEQ_RETURN_IF_ERROR(workload.Make(experiment, source, device.get(), /*batches=*/2));
  Model& model = *workload.model;
  StoppingRule& rule = model.stopping_rule();
  rule.max_iterations = iterations;
  rule.tolerance = -1;  // of a change that is never negative
  rule.epsilon = 0;     // and never stagnates

  const double before = ResidentBytes();
  TrainingStep(&model).Prepare();
  const double prepared = ResidentBytes() - before;
  MONDEQ_RETURN_IF_ERROR(workload.trainer->Step(0, 0).status());
  MONDEQ_CHECK(model.forward_stats().iterations == iterations);
  MONDEQ_CHECK(model.backward_stats().iterations == iterations);

  const double peak = PeakBytes(), state = static_cast<double>(model.z().bytes());
  std::printf("%10d %9.1f %9.1f %9.1f %9.1f %9.2f\n", iterations, peak / kMega, before / kMega,
              prepared / kMega, state / kMega, (peak - before - prepared) / state);
  return absl::OkStatus();
}

// Runs this program again for one row of the table. Returns whether that went well.
bool MeasureInChild(const std::string& name, const std::string& iterations) {
  const std::string program = "/proc/self/exe";
  std::vector<std::string> arguments = {program, absl::StrCat("--measure=", iterations),
                                        absl::StrCat("--threads=", absl::GetFlag(FLAGS_threads)),
                                        name};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    execv(program.c_str(), argv.data());
    _exit(1);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int Run(const std::string& name) {
  if (const int iterations = absl::GetFlag(FLAGS_measure); iterations > 0) {
    const absl::Status status = Measure(name, iterations);
    if (status.ok()) return 0;
    std::fprintf(stderr, "memory: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  std::printf("%s, MB\n%10s %9s %9s %9s %9s %9s\n", name.c_str(), "iterations", "peak", "model",
              "prepared", "state", "buffers");
  for (const std::string& iterations : absl::GetFlag(FLAGS_iterations)) {
    if (!MeasureInChild(name, iterations)) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace mondeq

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "memory [--iterations=N,...] [--threads=N] CONFIG: peak memory of a training step");
  const std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  if (arguments.size() != 2) {
    std::fprintf(stderr, "memory: expected a config, as in: memory cifar10_conv\n");
    return 2;
  }
  return mondeq::Run(arguments[1]);
}
