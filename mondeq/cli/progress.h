// What a user sees while a network trains: on a terminal one line that is overwritten, and
// everywhere a line per epoch.
#ifndef MONDEQ_CLI_PROGRESS_H_
#define MONDEQ_CLI_PROGRESS_H_

#include <chrono>
#include <ostream>
#include <string>

#include "mondeq/training/metrics.h"

namespace mondeq {

class Progress {
 public:
  // The clock starts here. `epochs_before` were done by an earlier run.
  Progress(std::ostream& out, bool terminal, Index epochs, Index epochs_before);

  void OnBatch(const BatchProgress& progress);
  // `samples` counts the training samples of an epoch, for the rate.
  void OnEpoch(const EpochMetrics& metrics, Index samples);
  // Removes the line that is overwritten, so that something else can be said.
  void Clear();

  double seconds() const;

 private:
  std::ostream& out_;
  bool terminal_;
  Index epochs_;
  Index epochs_before_;
  std::chrono::steady_clock::time_point start_;
  double last_shown_ = -1;
};

// Writes a time as "0.7 s", "17 s", "12:34" or "3:04:05".
std::string Duration(double seconds);

}  // namespace mondeq

#endif  // MONDEQ_CLI_PROGRESS_H_
