#include "mondeq/cli/run_recorder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
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
                         const RunDirectory* directory, Index samples, Model* model,
                         Progress* progress, const Streams& streams)
    : weights_metadata_(std::move(weights_metadata)),
      directory_(directory),
      samples_(samples),
      model_(*model),
      progress_(*progress),
      streams_(streams) {}

absl::Status RunRecorder::OnCheckpoint() {
  return directory_ == nullptr ? absl::OkStatus() : directory_->CheckInPlace();
}

absl::Status RunRecorder::OnEpoch(const std::vector<EpochMetrics>& history) {
  // Whoever reads the line finds the epoch in the files.
  MONDEQ_RETURN_IF_ERROR(Complete(history, /*at_end_of_epoch=*/true));
  progress_.OnEpoch(history.back(), samples_);
  WarnOfUnconverged(history.back());
  return absl::OkStatus();
}

void RunRecorder::WarnOfUnconverged(const EpochMetrics& metrics) {
  const double forward = metrics.train.forward.unconverged,
               backward = metrics.train.backward.unconverged;
  if (std::max(forward, backward) <= streams_.most_unconverged) return;
  Warn(streams_.err,
       absl::StrFormat("epoch %d: %.3g %% of the samples did not converge forward and %.3g %% "
                       "backward; gradients of such are not exact (--warn_unconverged=%g)",
                       metrics.epoch, 100 * forward, 100 * backward, streams_.most_unconverged));
}

void RunRecorder::OnRecovery(const std::string& what) {
  progress_.Clear();
  Warn(streams_.err, what);
}

TrainingObserver::Wish RunRecorder::Next() {
  if (watch_.Interrupted()) return Wish::kStop;
  return watch_.TakeCheckpointWish() ? Wish::kCheckpoint : Wish::kGoOn;
}

void RunRecorder::OnWishedCheckpoint(const std::string& path) {
  progress_.Clear();
  streams_.out << "checkpoint written to " << Printable(path) << std::endl;
}

absl::Status RunRecorder::WriteWeights(const std::vector<EpochMetrics>& history) {
  MONDEQ_RETURN_IF_ERROR(SaveWeights(directory_->weights(), weights_metadata_, model_));
  if (!LastIsBest(history)) return absl::OkStatus();
  return SaveWeights(directory_->best(), weights_metadata_, model_);
}

absl::Status RunRecorder::Complete(const std::vector<EpochMetrics>& history, bool at_end_of_epoch) {
  if (directory_ == nullptr || history.empty()) return absl::OkStatus();
  if (at_end_of_epoch) MONDEQ_RETURN_IF_ERROR(WriteWeights(history));
  return directory_->WriteMetrics(history);
}

}  // namespace mondeq
