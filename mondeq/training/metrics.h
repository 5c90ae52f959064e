// What is measured while training.
#ifndef MONDEQ_TRAINING_METRICS_H_
#define MONDEQ_TRAINING_METRICS_H_

#include "mondeq/core/features.h"

namespace mondeq {

// One epoch. Losses are means over samples, accuracies shares of 1, iterations means over batches.
struct EpochMetrics {
  Index epoch = 0;  // from 1
  // While the parameters changed.
  double train_loss = 0;
  double train_accuracy = 0;
  // After the epoch, on the test split.
  double test_loss = 0;
  double test_accuracy = 0;
  // Of the training batches.
  double forward_iterations = 0;
  double backward_iterations = 0;
  // Training batches whose solve ended without meeting the tolerance.
  Index forward_not_converged = 0;
  Index backward_not_converged = 0;
  // At the end of the epoch.
  double alpha = 0;
  // Wall time of training, without evaluation and checkpoint.
  double seconds = 0;
};

// f(name, value) for every metric, in the order of a metrics.csv; `metrics` is an EpochMetrics,
// const or not.
template <class Metrics, class F>
void ForEachMetric(Metrics& metrics, F f) {
  f("epoch", metrics.epoch);
  f("train_loss", metrics.train_loss);
  f("train_accuracy", metrics.train_accuracy);
  f("test_loss", metrics.test_loss);
  f("test_accuracy", metrics.test_accuracy);
  f("forward_iterations", metrics.forward_iterations);
  f("backward_iterations", metrics.backward_iterations);
  f("forward_not_converged", metrics.forward_not_converged);
  f("backward_not_converged", metrics.backward_not_converged);
  f("alpha", metrics.alpha);
  f("seconds", metrics.seconds);
}

// The current epoch so far, means likewise.
struct BatchProgress {
  Index epoch = 0;  // from 1
  Index epochs = 0;
  Index batch = 0;  // batches done, from 1
  Index batches = 0;
  Index samples = 0;      // done in this epoch
  Index all_samples = 0;  // in an epoch
  double loss = 0;
  double accuracy = 0;
  double forward_iterations = 0;
  double backward_iterations = 0;
  Index forward_not_converged = 0;
  Index backward_not_converged = 0;
  double alpha = 0;
  double seconds = 0;  // since the epoch began
};

struct Evaluation {
  double loss = 0;
  double accuracy = 0;
  double forward_iterations = 0;
  Index batches = 0;
  Index not_converged = 0;  // batches
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_METRICS_H_
