#include "mondeq/report/tensorboard.h"

#include <unistd.h>

#include <chrono>
#include <ctime>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/core/machine.h"
#include "mondeq/report/record.h"

namespace mondeq {
namespace {

std::string FileName() {
  // Readers take the files in the order of their names.
  return absl::StrFormat("events.out.tfevents.%010d.%s.%d", std::time(nullptr), HostName(),
                         getpid());
}

double WallTime() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The mean over what came after `before`, of means since the beginning.
double Since(double now, double before, Index count_now, Index count_before) {
  const auto after = static_cast<double>(count_now), first = static_cast<double>(count_before);
  return (now * after - (count_before > 0 ? before * first : 0)) / (after - first);
}

}  // namespace

std::string TagOf(const std::string& metric) {
  for (const char* split : {"train", "validation", "test"}) {
    const std::string prefix = absl::StrCat(split, "_");
    if (absl::StartsWith(metric, prefix)) {
      return absl::StrCat(split, "/", metric.substr(prefix.size()));
    }
  }
  if (metric == "epoch") return metric;
  if (metric == "learning_rate" || metric == "gradient_norm") return "train/" + metric;
  return absl::StrCat(IsOfTheMachine(metric) ? "cost/" : "solver/", metric);
}

void TensorBoard::Write(Index step, Event event) {
  event.set_wall_time(WallTime());
  event.set_step(step);
  file_.Append(Record(event.SerializeAsString())).IgnoreError();  // OnEpoch tells of it
}

void TensorBoard::Write(Index step, const std::vector<std::pair<std::string, double>>& scalars) {
  Event event;
  for (const auto& [tag, value] : scalars) {
    Summary::Value* scalar = event.mutable_summary()->add_value();
    scalar->set_tag(tag);
    scalar->set_simple_value(static_cast<float>(value));
  }
  Write(step, std::move(event));
}

void TensorBoard::GoTo(Index step) {
  if (!file_.is_open() && file_.status().ok()) {
    file_.Open(absl::StrCat(folder_, "/", FileName())).IgnoreError();
    Event version;
    version.set_file_version("brain.Event:2");
    Write(step, std::move(version));
  }
  if (step_ < 0 || step < step_) {
    Event start;
    start.mutable_session_log()->set_status(SessionLog::START);
    Write(step, std::move(start));
  }
  step_ = step;
}

void TensorBoard::OnBatch(const BatchProgress& batch) {
  const Index step = (batch.epoch - 1) * batches_ + batch.batch;
  const bool follows = step == step_ + 1 && step_ >= 0;
  GoTo(step);
  if (batch.batch == 1) {
    from_ = BatchProgress();
  } else if (!follows) {
    from_ = batch;
  }
  if ((batch.batch % kStepsBetween != 0 && batch.batch != batches_) || from_.batch == batch.batch) {
    return;
  }
  const TrainingMetrics &now = batch.train, &before = from_.train;
  const auto of_samples = [&](double value, double earlier) {
    return Since(value, earlier, batch.samples, from_.samples);
  };
  const auto of_batches = [&](double value, double earlier) {
    return Since(value, earlier, batch.batch, from_.batch);
  };
  Write(step,
        {{"step/loss", of_samples(now.loss, before.loss)},
         {"step/accuracy", of_samples(now.accuracy, before.accuracy)},
         {"step/forward_iterations", of_batches(now.forward.iterations, before.forward.iterations)},
         {"step/backward_iterations",
          of_batches(now.backward.iterations, before.backward.iterations)},
         {"step/gradient_norm", of_batches(now.gradient_norm, before.gradient_norm)},
         {"step/learning_rate", now.learning_rate},
         {"step/alpha", now.alpha}});
  from_ = batch;
}

absl::Status TensorBoard::OnEpoch(const std::vector<EpochMetrics>& history) {
  const Index step = history.back().epoch * batches_;
  GoTo(step);
  std::vector<std::pair<std::string, double>> scalars;
  ForEachMetric(history.back(), [&](const char* name, auto value) {
    scalars.emplace_back(TagOf(name), static_cast<double>(value));
  });
  Write(step, scalars);
  return file_.status();
}

}  // namespace mondeq
