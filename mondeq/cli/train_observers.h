// Those observers of a training that are about the run's folder, stderr and signals.
#ifndef MONDEQ_CLI_TRAIN_OBSERVERS_H_
#define MONDEQ_CLI_TRAIN_OBSERVERS_H_

#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mondeq/cli/interrupt.h"
#include "mondeq/cli/output.h"
#include "mondeq/model/model.h"
#include "mondeq/training/trainer.h"

namespace mondeq {

// Writes weights.safetensors, best.safetensors and metrics.csv. Checkpoints are the trainer's own.
class RunFiles final : public TrainingObserver {
 public:
  // Without a directory nothing is written. What is given by pointer must outlive this.
  RunFiles(std::map<std::string, std::string> weights_metadata, const RunDirectory* directory,
           Model* model)
      : weights_metadata_(std::move(weights_metadata)), directory_(directory), model_(*model) {}

  absl::Status OnCheckpoint() override;
  absl::Status OnEpoch(const std::vector<EpochMetrics>& history) override;

  // Writes what a run that was resumed may not have written before it ended. The model has the
  // weights of the last epoch if `at_end_of_epoch`.
  absl::Status Complete(const std::vector<EpochMetrics>& history, bool at_end_of_epoch) const;

 private:
  absl::Status WriteWeights(const std::vector<EpochMetrics>& history) const;

  const std::map<std::string, std::string> weights_metadata_;
  const RunDirectory* directory_;
  Model& model_;
};

// Warns of a divergence that the run goes on after, and of an epoch in which a larger share of the
// samples than `most_unconverged` did not converge.
class Warnings final : public TrainingObserver {
 public:
  Warnings(std::ostream* err, double most_unconverged)
      : err_(*err), most_unconverged_(most_unconverged) {}

  absl::Status OnEpoch(const std::vector<EpochMetrics>& history) override;
  void OnRecovery(const std::string& what) override { Warn(err_, what); }

 private:
  std::ostream& err_;
  double most_unconverged_;
};

// Wishes what signals ask for.
class Interrupts final : public TrainingObserver {
 public:
  Wish Next() override {
    if (watch_.Interrupted()) return Wish::kStop;
    return watch_.TakeCheckpointWish() ? Wish::kCheckpoint : Wish::kGoOn;
  }

 private:
  InterruptWatch watch_;
};

}  // namespace mondeq

#endif  // MONDEQ_CLI_TRAIN_OBSERVERS_H_
