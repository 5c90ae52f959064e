// A run as TensorBoard shows it: event files of scalars.
#ifndef MONDEQ_REPORT_TENSORBOARD_H_
#define MONDEQ_REPORT_TENSORBOARD_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mondeq/core/features.h"
#include "mondeq/report/append_file.h"
#include "mondeq/report/event.pb.h"
#include "mondeq/training/metrics.h"
#include "mondeq/training/trainer.h"

namespace mondeq {

// The name that a metric of metrics.csv has there: train/loss, test/accuracy,
// solver/forward_iterations, cost/seconds.
std::string TagOf(const std::string& metric);

// Writes events.out.tfevents.SECONDS.HOST.PROCESS to a folder, from the first step on: every metric
// of metrics.csv after every epoch, and some of the steps in between, as step/loss, means over the
// steps since the last. The step of all of them is that of the whole run. Every start of a run has
// a file of its own. Where a run goes on from a checkpoint it says so (SessionLog), and TensorBoard
// forgets what was written of later steps.
class TensorBoard final : public TrainingObserver {
 public:
  static constexpr Index kStepsBetween = 10;

  // `batches` are those of an epoch.
  TensorBoard(std::string folder, Index batches) : folder_(std::move(folder)), batches_(batches) {}

  void OnBatch(const BatchProgress& batch) override;
  // Errors: those of AppendFile, of a step before as well.
  absl::Status OnEpoch(const std::vector<EpochMetrics>& history) override;

 private:
  // Makes the file where there is none, and says where steps begin that do not follow the last.
  void GoTo(Index step);
  void Write(Index step, Event event);
  void Write(Index step, const std::vector<std::pair<std::string, double>>& scalars);

  const std::string folder_;
  const Index batches_;
  AppendFile file_;
  Index step_ = -1;
  // Where the means over steps begin, in the epoch at hand.
  BatchProgress from_;
};

}  // namespace mondeq

#endif  // MONDEQ_REPORT_TENSORBOARD_H_
