#include "mondeq/training/epoch_sums.h"

namespace mondeq {

void EpochSums::Add(double step_loss, Index step_samples, Index step_correct, double rate,
                    Model& model) {
  if (batches == 0) relative_error = model.certificate().worst();
  ++batches;
  samples += step_samples;
  correct += step_correct;
  loss += step_loss * static_cast<double>(step_samples);
  forward.Add(model.forward_stats());
  backward.Add(model.backward_stats());
  alpha = model.alpha();
  adjoint_alpha = model.adjoint().alpha();
  learning_rate = rate;
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
  metrics.seconds = seconds;
  return metrics;
}

std::vector<std::string> SumNames() {
  std::vector<std::string> names;
  const EpochSums none;
  ForEachSum(none, [&](const std::string& name, auto) { names.push_back(name); });
  return names;
}

}  // namespace mondeq
