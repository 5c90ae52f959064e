// What the steps of an epoch have added up to: all that its metrics are made of, so that an epoch
// can be gone on with from where it stopped.
#ifndef MONDEQ_TRAINING_EPOCH_SUMS_H_
#define MONDEQ_TRAINING_EPOCH_SUMS_H_

#include <string>
#include <vector>

#include "mondeq/core/features.h"
#include "mondeq/training/batch_result.h"
#include "mondeq/training/metrics.h"

namespace mondeq {

struct EpochSums {
  void Add(const StepResult& step);

  TrainingMetrics metrics() const;

  Index batches = 0, samples = 0, correct = 0;
  // Over samples, not batches.
  double loss = 0;
  // Over batches.
  double gradient_norm = 0;
  SolveTally forward, backward;
  // Of the first batch.
  double relative_error = 0;
  // Of the last batch.
  double alpha = 0, adjoint_alpha = 0, learning_rate = 0;
  // Wall time until the last batch, that of earlier runs included.
  double seconds = 0;
};

// Calls f(name, value) for every number, each of which a double holds exactly. This is the one list
// of them for files; `sums` is an EpochSums, const or not.
template <class Sums, class F>
void ForEachSum(Sums& sums, F f) {
  f("batches", sums.batches);
  f("samples", sums.samples);
  f("correct", sums.correct);
  f("loss", sums.loss);
  f("gradient_norm", sums.gradient_norm);
  SolveTally::ForEachSum(sums.forward, "forward_", f);
  SolveTally::ForEachSum(sums.backward, "backward_", f);
  f("relative_error", sums.relative_error);
  f("alpha", sums.alpha);
  f("adjoint_alpha", sums.adjoint_alpha);
  f("learning_rate", sums.learning_rate);
  f("seconds", sums.seconds);
}

// The names of all sums, in that order.
std::vector<std::string> SumNames();

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_EPOCH_SUMS_H_
