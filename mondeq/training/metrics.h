// What is measured while training.
#ifndef MONDEQ_TRAINING_METRICS_H_
#define MONDEQ_TRAINING_METRICS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "mondeq/core/features.h"
#include "mondeq/splitting/solver.h"

namespace mondeq {

// Losses are means over samples, accuracies are shares of 1.

// What the solves of a direction took.
struct SolveMetrics {
  // The mean over batches of what the sample took that took most, which is what costs time.
  double iterations = 0;
  // The mean over samples of what each took, and the most.
  double sample_iterations = 0;
  double most_iterations = 0;
  // The share of the samples whose solve ended without meeting the tolerance.
  double unconverged = 0;
};

// What the solves of a batch's samples took: the iterations of all together, and the most.
struct BatchSolves {
  BatchSolves() = default;
  explicit BatchSolves(const SolveStats& stats);

  Index samples = 0, unconverged = 0, of_samples = 0, most = 0;
};

// Adds up solves.
class SolveTally {
 public:
  void Add(const BatchSolves& solves);
  void Add(const SolveStats& stats) { Add(BatchSolves(stats)); }
  SolveMetrics metrics() const;
  Index batches() const { return batches_; }
  Index samples() const { return samples_; }
  Index unconverged() const { return unconverged_; }

  // Calls f(prefix + name, value) for every sum of a tally, const or not.
  template <class Tally, class F>
  static void ForEachSum(Tally& tally, const std::string& prefix, F f) {
    f(prefix + "batches", tally.batches_);
    f(prefix + "samples", tally.samples_);
    f(prefix + "unconverged", tally.unconverged_);
    f(prefix + "of_batches", tally.of_batches_);
    f(prefix + "of_samples", tally.of_samples_);
    f(prefix + "most", tally.most_);
  }

 private:
  Index batches_ = 0, samples_ = 0, unconverged_ = 0;
  Index of_batches_ = 0, of_samples_ = 0, most_ = 0;
};

// What training measured over the batches of an epoch so far, each with the parameters that its own
// step began with.
struct TrainingMetrics {
  double loss = 0;
  double accuracy = 0;
  SolveMetrics forward, backward;
  // The largest certified relative error of an equilibrium in the first batch, which stands for
  // all. What an earlier version that began a run did not write down is NaN in its epochs.
  double relative_error = 0;
  // Those of the last batch.
  double alpha = 0;
  double learning_rate = 0;
  // The mean over batches of the norm of all gradients, before it is clipped.
  double gradient_norm = 0;
  // Wall time of training, without evaluation and checkpoint, and the samples trained on in it.
  double seconds = 0;
  double samples_per_second = 0;
};

// What the samples give after an epoch that are held back from training.
struct ValidationMetrics {
  double loss = 0;
  double accuracy = 0;
};

// One epoch: its training, and the test split after it.
struct EpochMetrics {
  Index epoch = 0;  // from 1
  TrainingMetrics train;
  double test_loss = 0;
  double test_accuracy = 0;
  // Of the parameters after it: I - W is m-strongly monotone and L-Lipschitz.
  double m = 0;
  double lipschitz = 0;
  // The most main memory that the process has used so far, in 10^6 bytes.
  double peak_megabytes = 0;
  // Absent where no samples are held back.
  absl::optional<ValidationMetrics> validation = absl::nullopt;
};

// Calls f(name, value) for every metric that there is, in the order of a metrics.csv. This is the
// one list of them for files; `metrics` is an EpochMetrics, const or not.
template <class Metrics, class F>
void ForEachMetric(Metrics& metrics, F f) {
  f("epoch", metrics.epoch);
  f("train_loss", metrics.train.loss);
  f("train_accuracy", metrics.train.accuracy);
  if (metrics.validation.has_value()) {
    f("validation_loss", metrics.validation->loss);
    f("validation_accuracy", metrics.validation->accuracy);
  }
  f("test_loss", metrics.test_loss);
  f("test_accuracy", metrics.test_accuracy);
  f("forward_iterations", metrics.train.forward.iterations);
  f("backward_iterations", metrics.train.backward.iterations);
  f("forward_sample_iterations", metrics.train.forward.sample_iterations);
  f("backward_sample_iterations", metrics.train.backward.sample_iterations);
  f("forward_most_iterations", metrics.train.forward.most_iterations);
  f("backward_most_iterations", metrics.train.backward.most_iterations);
  f("forward_unconverged", metrics.train.forward.unconverged);
  f("backward_unconverged", metrics.train.backward.unconverged);
  f("relative_error", metrics.train.relative_error);
  f("alpha", metrics.train.alpha);
  f("learning_rate", metrics.train.learning_rate);
  f("gradient_norm", metrics.train.gradient_norm);
  f("m", metrics.m);
  f("lipschitz", metrics.lipschitz);
  f("seconds", metrics.train.seconds);
  f("samples_per_second", metrics.train.samples_per_second);
  f("peak_megabytes", metrics.peak_megabytes);
}

// Whether the metric of that name is what the machine took, so that it differs from run to run.
inline bool IsOfTheMachine(const std::string& name) {
  return name == "seconds" || name == "samples_per_second" || name == "peak_megabytes";
}

// The names of the metrics of an epoch, in that order.
inline std::vector<std::string> MetricNames(const EpochMetrics& metrics = {}) {
  std::vector<std::string> names;
  ForEachMetric(metrics, [&](const char* name, auto) { names.push_back(name); });
  return names;
}

// The same of every epoch of a run.
inline std::vector<std::string> MetricNames(const std::vector<EpochMetrics>& history) {
  return MetricNames(history.empty() ? EpochMetrics() : history.front());
}

// The place of the first of the largest values; none where all are NaN. Of accuracies it is the one
// rule by which an epoch is called the best.
absl::optional<std::size_t> FirstLargest(const std::vector<double>& values);

// The current epoch so far.
struct BatchProgress {
  Index epoch = 0;  // from 1
  Index epochs = 0;
  Index batch = 0;  // batches done, from 1
  Index batches = 0;
  Index samples = 0;  // done in this epoch
  TrainingMetrics train;
};

// What a whole split gives with parameters that stay the same.
struct Evaluation {
  double loss = 0;
  double accuracy = 0;
  SolveTally forward;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_METRICS_H_
