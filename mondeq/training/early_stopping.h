// When a run ends before its last epoch. It is decided by the epochs done and nothing else, so a
// run that is resumed ends where it would have.
#ifndef MONDEQ_TRAINING_EARLY_STOPPING_H_
#define MONDEQ_TRAINING_EARLY_STOPPING_H_

#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "mondeq/training/experiment.pb.h"
#include "mondeq/training/metrics.h"

namespace mondeq {

// Returns why a run of that history is over, in words that name its best epoch; absent if it goes
// on. An epoch is better where the metric is so by more than min_improvement, against the best
// before it; the first one is, and after `patience` epochs in a row that are not the run ends. All
// epochs must have validation metrics.
absl::optional<std::string> StopsEarly(const EarlyStoppingConfig& config,
                                       const std::vector<EpochMetrics>& history);

// The epoch, from 1, whose weights are the best of a run's: those most accurate on the samples that
// are held back, or where there are none on the test samples; the first of equals. The history is
// not empty.
Index BestEpoch(const std::vector<EpochMetrics>& history);

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_EARLY_STOPPING_H_
