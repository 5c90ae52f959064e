// What is measured while training.
#ifndef MONDEQ_TRAINING_METRICS_H_
#define MONDEQ_TRAINING_METRICS_H_

#include <string>
#include <vector>

#include "mondeq/core/features.h"
#include "mondeq/model/solve_report.h"

namespace mondeq {

// Losses are means over samples, accuracies are shares of 1, iterations are means over batches.

// What training measured over the batches of an epoch so far, each with the parameters that its own
// step began with.
struct TrainingMetrics {
  double loss = 0;
  double accuracy = 0;
  double forward_iterations = 0;
  double backward_iterations = 0;
  // Batches whose solve ended without meeting the tolerance.
  Index forward_not_converged = 0;
  Index backward_not_converged = 0;
  // The largest certified relative error of an equilibrium in the first batch, which stands for
  // all. This and the learning rate are NaN in the epochs of a run that an earlier version began,
  // which did not write them down.
  double relative_error = 0;
  // Those of the last batch.
  double alpha = 0;
  double learning_rate = 0;
  // Wall time of training, without evaluation and checkpoint.
  double seconds = 0;
};

// One epoch: its training, and the test split after it.
struct EpochMetrics {
  Index epoch = 0;  // from 1
  TrainingMetrics train;
  double test_loss = 0;
  double test_accuracy = 0;
};

// Calls f(name, value) for every metric, in the order of a metrics.csv. This is the one list of
// them for files; `metrics` is an EpochMetrics, const or not.
template <class Metrics, class F>
void ForEachMetric(Metrics& metrics, F f) {
  f("epoch", metrics.epoch);
  f("train_loss", metrics.train.loss);
  f("train_accuracy", metrics.train.accuracy);
  f("test_loss", metrics.test_loss);
  f("test_accuracy", metrics.test_accuracy);
  f("forward_iterations", metrics.train.forward_iterations);
  f("backward_iterations", metrics.train.backward_iterations);
  f("forward_not_converged", metrics.train.forward_not_converged);
  f("backward_not_converged", metrics.train.backward_not_converged);
  f("relative_error", metrics.train.relative_error);
  f("alpha", metrics.train.alpha);
  f("learning_rate", metrics.train.learning_rate);
  f("seconds", metrics.train.seconds);
}

// The names of all metrics, in that order.
inline std::vector<std::string> MetricNames() {
  std::vector<std::string> names;
  const EpochMetrics none;
  ForEachMetric(none, [&](const char* name, auto) { names.push_back(name); });
  return names;
}

// The current epoch so far.
struct BatchProgress {
  Index epoch = 0;  // from 1
  Index epochs = 0;
  Index batch = 0;  // batches done, from 1
  Index batches = 0;
  Index samples = 0;      // done in this epoch
  Index all_samples = 0;  // in an epoch
  TrainingMetrics train;
};

// What a whole split gives with parameters that stay the same.
struct Evaluation {
  double loss = 0;
  double accuracy = 0;
  double forward_iterations = 0;
  Index batches = 0;
  Index not_converged = 0;  // batches
  // Empty unless the model certified.
  CertificateTally certificates;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_METRICS_H_
