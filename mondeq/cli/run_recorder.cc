#include "mondeq/cli/run_recorder.h"

#include <algorithm>
#include <utility>

#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

// Whether no epoch before the last was as accurate.
bool LastIsBest(const std::vector<EpochMetrics>& history) {
  return std::all_of(history.begin(), history.end() - 1, [&](const EpochMetrics& before) {
    return before.test_accuracy < history.back().test_accuracy;
  });
}

}  // namespace

RunRecorder::RunRecorder(std::map<std::string, std::string> weights_metadata,
                         const RunDirectory* directory, std::vector<EpochMetrics> history,
                         Index samples, Model* model, Progress* progress, std::ostream& out)
    : weights_metadata_(std::move(weights_metadata)),
      directory_(directory),
      history_(std::move(history)),
      samples_(samples),
      model_(*model),
      progress_(*progress),
      out_(out) {}

absl::Status RunRecorder::OnCheckpoint() {
  return directory_ == nullptr ? absl::OkStatus() : directory_->CheckInPlace();
}

absl::Status RunRecorder::OnEpoch(const EpochMetrics& metrics) {
  history_.push_back(metrics);
  // Whoever reads the line finds the epoch in the files.
  MONDEQ_RETURN_IF_ERROR(Complete(/*at_end_of_epoch=*/true));
  progress_.OnEpoch(metrics, samples_);
  return absl::OkStatus();
}

TrainingObserver::Wish RunRecorder::Next() {
  if (watch_.Interrupted()) return Wish::kStop;
  return watch_.TakeCheckpointWish() ? Wish::kCheckpoint : Wish::kGoOn;
}

void RunRecorder::OnWishedCheckpoint(const std::string& path) {
  progress_.Clear();
  out_ << "checkpoint written to " << Printable(path) << std::endl;
}

absl::Status RunRecorder::WriteWeights() {
  MONDEQ_RETURN_IF_ERROR(SaveWeights(directory_->weights(), weights_metadata_, model_));
  if (!LastIsBest(history_)) return absl::OkStatus();
  return SaveWeights(directory_->best(), weights_metadata_, model_);
}

absl::Status RunRecorder::Complete(bool at_end_of_epoch) {
  if (directory_ == nullptr || history_.empty()) return absl::OkStatus();
  if (at_end_of_epoch) MONDEQ_RETURN_IF_ERROR(WriteWeights());
  return directory_->WriteMetrics(history_);
}

}  // namespace mondeq
