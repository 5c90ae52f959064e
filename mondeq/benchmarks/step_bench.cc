#include "mondeq/benchmarks/step_bench.h"

#include <array>
#include <cstddef>
#include <utility>

#include "mondeq/benchmarks/peak_memory.h"
#include "mondeq/benchmarks/rates.h"
#include "mondeq/benchmarks/timing.h"
#include "mondeq/benchmarks/workload.h"
#include "mondeq/core/status.h"
#include "mondeq/model/alpha_policy.h"

namespace mondeq {
namespace {

// A part of a step goes from the end of the part before it to the end of a phase.
struct Part {
  const char* name;
  StepPhase last_phase;
};
constexpr std::array<Part, 8> kParts = {{{"data", StepPhase::kData},
                                         {"injection", StepPhase::kInjection},
                                         {"resolvent", StepPhase::kPreparation},
                                         {"forward", StepPhase::kForwardSolve},
                                         {"readout and loss", StepPhase::kPullBack},
                                         {"backward", StepPhase::kAdjointSolve},
                                         {"parameter gradients", StepPhase::kCheck},
                                         {"optimiser", StepPhase::kUpdate}}};

constexpr Index kBatches = 20;  // of samples

// The times, and the work in all, of something that is done again and again.
struct Samples {
  std::vector<double> ms;
  Work work;

  void Add(double time, const Work& more) {
    ms.push_back(time);
    work.Add(more);
  }
  BenchLine Line(const char* name, const MachineRates& rates) const {
    const auto count = static_cast<double>(ms.size());
    const Work mean{work.flops / count, work.bytes / count, work.working_set};
    return {name, Median(ms), mean, FloorMs(mean, rates)};
  }
};

class StepBench {
 public:
  explicit StepBench(Device* device) : counter_(device), batch_(&counter_, DType::kFloat32) {}

  absl::Status Make(const Experiment& experiment, const ConfigSource& source) {
    MONDEQ_RETURN_IF_ERROR(workload_.Make(experiment, source, &counter_, kBatches));
    const Tensor& weights = workload_.model->parameters().values();
    fresh_weights_ = counter_.Allocate(workload_.model->dtype(), weights.shape());
    counter_.Copy(weights, fresh_weights_);
    return absl::OkStatus();
  }

  absl::Status TimeSteps(const absl::optional<Index>& steps, BenchReport* report);
  void TimeIterations();
  BenchLatency TimeLatency();
  void Report(BenchReport* report) const;

 private:
  absl::Status WarmUp();
  Index BatchIndex() const;
  // Makes the trainer's next step.
  absl::Status Step(PhaseObserver done = IgnorePhases);
  // Training changes how many iterations a solve takes: every step is timed at fresh weights.
  void RestoreWeights();
  // Makes a step and times its parts.
  absl::Status TimeParts();
  // If `phase` is the last one of a part, what came since the part before it is added to the part's
  // time and work, of which there may be some for every shard.
  void EndPart(StepPhase phase);
  // The work of the optimiser's step, which the device cannot count.
  Work UpdateWork() const;
  // Waits until the device has done everything, and returns the time.
  Clock::time_point StartClock();
  // Milliseconds from `start` until the device has done everything.
  double Elapsed(Clock::time_point start) { return MillisecondsWhenIdle(counter_, start); }

  CountingDevice counter_;
  Workload workload_;
  Batch batch_;
  Index done_steps_ = 0;
  Tensor fresh_weights_;
  Clock::time_point part_start_;
  // Of the step that is timed.
  struct PartOfStep {
    double ms = 0;
    Work work;
  };
  std::array<PartOfStep, kParts.size()> step_parts_;
  std::array<Samples, kParts.size()> parts_;
  Samples iteration_;
  std::vector<double> whole_ms_;
};

Clock::time_point StepBench::StartClock() {
  Elapsed({});
  return Clock::now();
}

// Goes round a few batches before which no policy chooses alpha anew.
Index StepBench::BatchIndex() const { return 1 + done_steps_ % (kBatches / 4); }

absl::Status StepBench::Step(PhaseObserver done) {
  const absl::Status status = workload_.trainer->Step(BatchIndex(), done_steps_, done).status();
  ++done_steps_;
  return status;
}

void StepBench::RestoreWeights() {
  counter_.Copy(fresh_weights_, workload_.model->parameters().values());
  workload_.model->ParametersChanged();
}

absl::Status StepBench::WarmUp() {
  Model& model = *workload_.model;
  for (Rounds rounds(1, 2, 20); rounds.Next();) MONDEQ_RETURN_IF_ERROR(Step());
  RestoreWeights();
  const AlphaConfig& alpha = model.method().alpha();
  if (alpha.has_tune()) {
    batch_.Load(*workload_.loader, 0);
    TuneAlpha(alpha.tune().maximum(), alpha.tune().minimum(), batch_.x(), &model);
  }
  return absl::OkStatus();
}

absl::Status StepBench::TimeSteps(const absl::optional<Index>& steps, BenchReport* report) {
  constexpr double kSeconds = 8;
  MONDEQ_RETURN_IF_ERROR(WarmUp());
  const Model& model = *workload_.model;
  double forward = 0, backward = 0;
  Rounds rounds(kSeconds, steps.value_or(5), steps.value_or(200));
  while (rounds.Next()) {
    RestoreWeights();
    MONDEQ_RETURN_IF_ERROR(TimeParts());
    RestoreWeights();
    forward += model.forward_stats().iterations;
    backward += model.backward_stats().iterations;
    const Clock::time_point start = StartClock();
    MONDEQ_RETURN_IF_ERROR(Step());
    whole_ms_.push_back(Elapsed(start));
  }
  report->steps = rounds.done();
  report->alpha = model.alpha();
  report->forward_iterations = forward / static_cast<double>(rounds.done());
  report->backward_iterations = backward / static_cast<double>(rounds.done());
  report->peak_rss_mb = PeakBytes() / 1e6;
  report->peak_device_mb = static_cast<double>(counter_.memory().peak) / 1e6;
  return counter_.status();
}

absl::Status StepBench::TimeParts() {
  step_parts_ = {};
  counter_.Take();
  part_start_ = StartClock();
  MONDEQ_RETURN_IF_ERROR(Step([this](StepPhase phase) { EndPart(phase); }));
  for (std::size_t i = 0; i < kParts.size(); ++i)
    parts_[i].Add(step_parts_[i].ms, step_parts_[i].work);
  return absl::OkStatus();
}

void StepBench::EndPart(StepPhase phase) {
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    if (kParts[i].last_phase != phase) continue;
    const double ms = Elapsed(part_start_);
    Work work = counter_.Take();
    if (phase == StepPhase::kUpdate) work.Add(UpdateWork());
    step_parts_[i].ms += ms;
    step_parts_[i].work.Add(work);
    part_start_ = Clock::now();
  }
}

// The step is made of ForEach alone: it reads the gradients, and what it keeps is read and written.
Work StepBench::UpdateWork() const {
  double bytes = 3 * static_cast<double>(workload_.model->parameters().gradients().bytes());
  for (const Optimizer::State& state : workload_.trainer->optimizer().state()) {
    bytes += 2 * static_cast<double>(state.tensor.bytes());
  }
  return {0, bytes, bytes};
}

// The first iteration is cheaper and every solve has a beginning, so the time of an iteration is
// what a solve takes more for having more of them.
void StepBench::TimeIterations() {
  constexpr int kFew = 2, kMore = 8;
  RestoreWeights();
  Model& model = *workload_.model;
  const StoppingRule rule = model.stopping_rule();
  model.stopping_rule().tolerance = -1;  // of a change that is never negative
  model.stopping_rule().epsilon = 0;     // and never stagnates
  batch_.Load(*workload_.loader, 0);
  model.Inject(batch_.x());
  const auto solve = [&](int iterations) {
    model.stopping_rule().max_iterations = iterations;
    counter_.Take();
    const Clock::time_point start = StartClock();
    model.SolveForward();
    return std::make_pair(Elapsed(start), counter_.Take());
  };
  solve(kFew);
  for (Rounds rounds(3, 3, 200); rounds.Next();) {
    const auto [few_ms, few_work] = solve(kFew);
    const auto [more_ms, more_work] = solve(kFew + kMore);
    iteration_.Add((more_ms - few_ms) / kMore,
                   {(more_work.flops - few_work.flops) / kMore,
                    (more_work.bytes - few_work.bytes) / kMore, more_work.working_set});
  }
  model.stopping_rule() = rule;
}

BenchLatency StepBench::TimeLatency() {
  Model& model = *workload_.model;
  batch_.Load(*workload_.loader, 0);
  std::vector<float> all(static_cast<std::size_t>(batch_.x().size()));
  counter_.CopyToHost(batch_.x(), all.data());
  const Index dim = batch_.x().rows(), count = batch_.x().columns();
  std::vector<float> first(static_cast<std::size_t>(dim));
  for (Index i = 0; i < dim; ++i) {
    first[static_cast<std::size_t>(i)] = all[static_cast<std::size_t>(i * count)];
  }
  const Tensor x = counter_.Allocate(DType::kFloat32, {dim, 1});
  counter_.CopyFromHost(first.data(), x);

  for (Rounds rounds(0.2, 2, 1000); rounds.Next();) model.Forward(x);
  std::vector<double> microseconds;
  for (Rounds rounds(2, 100, 20000); rounds.Next();) {
    const Clock::time_point start = StartClock();
    model.Forward(x);
    microseconds.push_back(1e3 * Elapsed(start));
  }
  return {Quantile(microseconds, 0.5), Quantile(microseconds, 0.99)};
}

void StepBench::Report(BenchReport* report) const {
  report->batch_size = workload_.loader->batch_size();
  report->parameters = workload_.model->parameters().count();
  report->step.name = "whole step";
  report->step.ms = Median(whole_ms_);
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    report->parts.push_back(parts_[i].Line(kParts[i].name, report->rates));
    report->step.work.Add(report->parts.back().work);
    report->step.floor_ms += report->parts.back().floor_ms;
  }
  report->iteration = iteration_.Line("one iteration", report->rates);
}

}  // namespace

absl::StatusOr<BenchReport> BenchStep(const Experiment& experiment, const ConfigSource& source,
                                      Device* device, const BenchOptions& options) {
  BenchReport report;
  report.name = experiment.name();
  report.device = device->Describe();
  StepBench bench(device);
  MONDEQ_RETURN_IF_ERROR(bench.Make(experiment, source));
  MONDEQ_RETURN_IF_ERROR(bench.TimeSteps(options.steps, &report));
  bench.TimeIterations();
  if (options.latency) report.latency = bench.TimeLatency();
  // The rates come last, for measuring them takes memory that is not the model's.
  report.rates = MeasureRates(*device, options.threads);
  MONDEQ_RETURN_IF_ERROR(device->status());
  bench.Report(&report);
  return report;
}

}  // namespace mondeq
