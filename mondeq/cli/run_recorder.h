// Shows and writes down what a trainer does: progress, weights.safetensors, best.safetensors,
// metrics.csv. Checkpoints are the trainer's own.
#ifndef MONDEQ_CLI_RUN_RECORDER_H_
#define MONDEQ_CLI_RUN_RECORDER_H_

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "mondeq/cli/interrupt.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/progress.h"
#include "mondeq/model/model.h"
#include "mondeq/training/trainer.h"

namespace mondeq {

class RunRecorder final : public TrainingObserver {
 public:
  // Where a larger share of an epoch's solves than `most_unconverged` did not converge, a warning
  // says so.
  struct Streams {
    std::ostream &out, &err;
    double most_unconverged;
  };
  // Without a directory nothing is written. `samples` counts those of an epoch. What is given by
  // pointer or reference must outlive this.
  RunRecorder(std::map<std::string, std::string> weights_metadata, const RunDirectory* directory,
              Index samples, Model* model, Progress* progress, const Streams& streams);

  void OnBatch(const BatchProgress& batch) override { progress_.OnBatch(batch); }
  absl::Status OnCheckpoint() override;
  absl::Status OnEpoch(const std::vector<EpochMetrics>& history) override;
  void OnRecovery(const std::string& what) override;
  Wish Next() override;
  void OnWishedCheckpoint(const std::string& path) override;

  // Writes what a run that was resumed may not have written before it ended. The model has the
  // weights of the last epoch if `at_end_of_epoch`.
  absl::Status Complete(const std::vector<EpochMetrics>& history, bool at_end_of_epoch);

 private:
  absl::Status WriteWeights(const std::vector<EpochMetrics>& history);
  void WarnOfUnconverged(const EpochMetrics& metrics);

  const std::map<std::string, std::string> weights_metadata_;
  const RunDirectory* directory_;
  Index samples_;
  Model& model_;
  Progress& progress_;
  Streams streams_;
  InterruptWatch watch_;
};

}  // namespace mondeq

#endif  // MONDEQ_CLI_RUN_RECORDER_H_
