// Milliseconds of a training step and of its parts, as medians over many steps.
//   bazel run --config=opt //mondeq/benchmarks:train_step -- mnist_dense
// The argument is a file in configs/ or a path. The parts are timed by calling them one after the
// other; "whole" is the trainer's own step.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "mondeq/benchmarks/workload.h"
#include "mondeq/core/registry.h"

ABSL_FLAG(int, threads, 0, "CPU threads; 0: one per core");
ABSL_FLAG(int, steps, 200, "steps that are timed");
ABSL_FLAG(int, warm_up, 40, "steps before that");
ABSL_FLAG(std::string, device, "cpu", "cpu, cuda or auto");

namespace mondeq {
namespace {

using Clock = std::chrono::steady_clock;

// Times of one part, in milliseconds.
struct Times {
  std::vector<double> all;

  double Median() {
    if (all.empty()) return 0;
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    std::nth_element(all.begin(), middle, all.end());
    return *middle;
  }
};

class Stopwatch {
 public:
  void Start() { last_ = Clock::now(); }
  // The time since the last Start or Lap goes to `part`.
  void Lap(const std::string& part) {
    const Clock::time_point now = Clock::now();
    const auto place = std::find_if(parts_.begin(), parts_.end(),
                                    [&](const auto& entry) { return entry.first == part; });
    Times& times =
        place == parts_.end() ? parts_.emplace_back(part, Times{}).second : place->second;
    times.all.push_back(std::chrono::duration<double, std::milli>(now - last_).count());
    last_ = Clock::now();
  }
  void Print() {
    for (auto& [name, times] : parts_) {
      std::printf("%-22s %8.3f ms\n", name.c_str(), times.Median());
    }
  }
  double Sum() {
    double sum = 0;
    for (auto& [name, times] : parts_) sum += times.Median();
    return sum;
  }

 private:
  Clock::time_point last_;
  std::vector<std::pair<std::string, Times>> parts_;
};

// Everything that a step needs, and the times of its parts.
class Bench {
 public:
  absl::Status Load(const std::string& name, const WorkloadOptions& options) {
    MONDEQ_RETURN_IF_ERROR(workload_.Load(name, options));
    device_ = workload_.device.get();
    model_ = workload_.model.get();
    loader_ = workload_.loader.get();
    trainer_ = workload_.trainer.get();
    const TrainingConfig& config = workload_.experiment.training();
    const ConfigSource& source = workload_.source;
    MONDEQ_ASSIGN_OR_RETURN(
        optimizer_, Registry<Optimizer>::Create(config.optimizer(), source,
                                                {&model_->parameters(), device_, model_->dtype()}));
    MONDEQ_ASSIGN_OR_RETURN(schedule_, Registry<Schedule>::Create(config.schedule(), source, {}));
    batch_ = std::make_unique<Batch>(device_, model_->dtype());
    loss_ = std::make_unique<CrossEntropy>(device_);
    return absl::OkStatus();
  }

  absl::Status Run(int warm_up, int steps) {
    Index number = 0;
    for (; number < warm_up; ++number) {
      MONDEQ_RETURN_IF_ERROR(trainer_->Step(number % loader_->batches(), number).status());
    }
    for (int i = 0; i < steps; ++i) {
      TimeParts(number++);
      forward_ += model_->forward_stats().iterations;
      backward_ += model_->backward_stats().iterations;
      // A batch at which alpha is not chosen anew.
      whole_.Start();
      MONDEQ_RETURN_IF_ERROR(trainer_->Step(1, number++).status());
      whole_.Lap("whole");
    }
    std::printf(
        "%s: %s, batch %d, %d parameters, alpha %.4g, %.1f forward and %.1f backward "
        "iterations\n",
        workload_.experiment.name().c_str(), device_->Describe().c_str(),
        static_cast<int>(loader_->batch_size()), static_cast<int>(model_->parameters().count()),
        model_->alpha(), forward_ / steps, backward_ / steps);
    parts_.Print();
    std::printf("%-22s %8.3f ms\n", "sum of parts", parts_.Sum());
    whole_.Print();
    return absl::OkStatus();
  }

 private:
  // The trainer's step, a part at a time.
  void TimeParts(Index number) {
    parts_.Start();
    batch_->Load(*loader_, number % loader_->batches());
    parts_.Lap("data");
    const Tensor& bias = model_->Inject(batch_->x());
    parts_.Lap("injection");
    // What it prepares, the solves below find ready.
    model_->op().Start(Direction::kForward, model_->method().multiplier(model_->alpha()), bias);
    parts_.Lap("resolvent");
    model_->SolveForward();
    parts_.Lap("forward");
    const Tensor& logits = model_->ReadOut();
    loss_->Compute(logits, batch_->labels(), &logits);
    const Tensor& gradients = model_->parameters().gradients();
    device_->Fill(0, gradients);
    model_->PullBack(logits);
    parts_.Lap("readout and loss");
    model_->SolveBackward();
    parts_.Lap("backward");
    model_->AccumulateGradients(batch_->x(), nullptr);
    device_->Dot(gradients, gradients);
    parts_.Lap("parameter gradients");
    const TrainingTime time{number, loader_->batches(), workload_.experiment.training().epochs()};
    optimizer_->Step(number + 1, schedule_->At(time));
    model_->ParametersChanged();
    parts_.Lap("optimiser");
  }

  Workload workload_;
  Device* device_ = nullptr;
  Model* model_ = nullptr;
  Loader* loader_ = nullptr;
  Trainer* trainer_ = nullptr;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<Schedule> schedule_;
  std::unique_ptr<Batch> batch_;
  std::unique_ptr<CrossEntropy> loss_;
  Stopwatch parts_, whole_;
  double forward_ = 0, backward_ = 0;
};

absl::Status Run(const std::string& name) {
  Bench bench;
  WorkloadOptions options;
  options.device = absl::GetFlag(FLAGS_device);
  options.threads = absl::GetFlag(FLAGS_threads);
  MONDEQ_RETURN_IF_ERROR(bench.Load(name, options));
  return bench.Run(absl::GetFlag(FLAGS_warm_up), absl::GetFlag(FLAGS_steps));
}

}  // namespace
}  // namespace mondeq

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "train_step [--threads=N] [--steps=N] CONFIG...: milliseconds of a training step and its "
      "parts");
  const std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  if (arguments.size() < 2) {
    std::fprintf(stderr, "train_step: expected a config, as in: train_step mnist_dense\n");
    return 2;
  }
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const absl::Status status = mondeq::Run(arguments[i]);
    if (!status.ok()) {
      std::fprintf(stderr, "train_step: %s\n", std::string(status.message()).c_str());
      return 1;
    }
  }
  return 0;
}
