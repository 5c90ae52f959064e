#include "mondeq/cli/train_observers.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "mondeq/core/status.h"
#include "mondeq/model/weights.h"
#include "mondeq/training/early_stopping.h"

namespace mondeq {

absl::Status RunFiles::OnCheckpoint() {
  return directory_ == nullptr ? absl::OkStatus() : directory_->CheckInPlace();
}

absl::Status RunFiles::OnEpoch(const std::vector<EpochMetrics>& history) {
  return Complete(history, /*at_end_of_epoch=*/true);
}

absl::Status RunFiles::WriteWeights(const std::vector<EpochMetrics>& history) const {
  MONDEQ_RETURN_IF_ERROR(SaveWeights(directory_->weights(), weights_metadata_, model_));
  if (BestEpoch(history) != history.back().epoch) return absl::OkStatus();
  return SaveWeights(directory_->best(), weights_metadata_, model_);
}

absl::Status RunFiles::Complete(const std::vector<EpochMetrics>& history,
                                bool at_end_of_epoch) const {
  if (directory_ == nullptr || history.empty()) return absl::OkStatus();
  if (at_end_of_epoch) MONDEQ_RETURN_IF_ERROR(WriteWeights(history));
  return directory_->WriteMetrics(history);
}

absl::Status Warnings::OnEpoch(const std::vector<EpochMetrics>& history) {
  const EpochMetrics& metrics = history.back();
  const double forward = metrics.train.forward.unconverged,
               backward = metrics.train.backward.unconverged;
  if (std::max(forward, backward) <= most_unconverged_) return absl::OkStatus();
  Warn(err_,
       absl::StrFormat("epoch %d: %.3g %% of the samples did not converge forward and %.3g %% "
                       "backward; gradients of such are not exact (--warn_unconverged=%g)",
                       metrics.epoch, 100 * forward, 100 * backward, most_unconverged_));
  return absl::OkStatus();
}

}  // namespace mondeq
