#include "mondeq/training/epoch_sums.h"

namespace mondeq {

void EpochSums::Add(const StepResult& step) {
  if (batches == 0) relative_error = step.relative_error;
  ++batches;
  samples += step.samples;
  correct += step.correct;
  loss += step.loss * static_cast<double>(step.samples);
  gradient_norm += step.gradient_norm;
  forward.Add(step.forward);
  backward.Add(step.backward);
  alpha = step.alpha;
  adjoint_alpha = step.adjoint_alpha;
  learning_rate = step.learning_rate;
}

TrainingMetrics EpochSums::metrics() const {
  const auto count = static_cast<double>(samples);
  TrainingMetrics metrics;
  metrics.loss = loss / count;
  metrics.accuracy = static_cast<double>(correct) / count;
  metrics.forward = forward.metrics();
  metrics.backward = backward.metrics();
  metrics.relative_error = relative_error;
  metrics.alpha = alpha;
  metrics.learning_rate = learning_rate;
  metrics.gradient_norm = gradient_norm / static_cast<double>(batches);
  metrics.seconds = seconds;
  metrics.samples_per_second = seconds > 0 ? count / seconds : 0;
  return metrics;
}

std::vector<std::string> SumNames() {
  std::vector<std::string> names;
  const EpochSums none;
  ForEachSum(none, [&](const std::string& name, auto) { names.push_back(name); });
  return names;
}

}  // namespace mondeq
