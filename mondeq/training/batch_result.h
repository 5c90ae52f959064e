// What one batch of the training gave.
#ifndef MONDEQ_TRAINING_BATCH_RESULT_H_
#define MONDEQ_TRAINING_BATCH_RESULT_H_

#include "mondeq/core/features.h"
#include "mondeq/training/metrics.h"

namespace mondeq {

// What a rank wishes to happen after the batch. What any of them wishes, all get.
struct Votes {
  double wish = 0;  // a TrainingObserver::Wish
  double save = 0;  // 1 for a checkpoint that is due
};

// What all samples of a batch gave, the same on every rank.
struct BatchResult {
  double loss = 0;  // a mean over its samples
  Index samples = 0;
  Index correct = 0;
  BatchSolves forward, backward;
  // The largest certified relative error of an equilibrium; 0 where none is certified.
  double relative_error = 0;
  Votes votes;
};

// What a training step gave: its batch, with these parameters and step sizes.
struct StepResult : BatchResult {
  double alpha = 0, adjoint_alpha = 0, learning_rate = 0;
  // Before it was clipped.
  double gradient_norm = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_BATCH_RESULT_H_
