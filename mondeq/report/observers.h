// Several observers of one run.
#ifndef MONDEQ_REPORT_OBSERVERS_H_
#define MONDEQ_REPORT_OBSERVERS_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mondeq/core/status.h"
#include "mondeq/training/trainer.h"

namespace mondeq {

// Tells all of them everything, in their order, up to the first error. What they wish is what one
// of them wishes most.
class Observers final : public TrainingObserver {
 public:
  // They must outlive this.
  explicit Observers(std::vector<TrainingObserver*> all) : all_(std::move(all)) {}

  void OnBatch(const BatchProgress& batch) override {
    for (TrainingObserver* one : all_) one->OnBatch(batch);
  }
  absl::Status OnCheckpoint() override {
    for (TrainingObserver* one : all_) MONDEQ_RETURN_IF_ERROR(one->OnCheckpoint());
    return absl::OkStatus();
  }
  absl::Status OnEpoch(const std::vector<EpochMetrics>& history) override {
    for (TrainingObserver* one : all_) MONDEQ_RETURN_IF_ERROR(one->OnEpoch(history));
    return absl::OkStatus();
  }
  void OnRecovery(const std::string& what) override {
    for (TrainingObserver* one : all_) one->OnRecovery(what);
  }
  // Asks every one, for a wish may be one that is told only once.
  Wish Next() override {
    Wish most = Wish::kGoOn;
    for (TrainingObserver* one : all_) most = std::max(most, one->Next());
    return most;
  }
  void OnWishedCheckpoint(const std::string& path) override {
    for (TrainingObserver* one : all_) one->OnWishedCheckpoint(path);
  }

 private:
  std::vector<TrainingObserver*> all_;
};

}  // namespace mondeq

#endif  // MONDEQ_REPORT_OBSERVERS_H_
