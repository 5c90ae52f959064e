#include "mondeq/cli/progress.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace mondeq {
namespace {

constexpr double kSecondsBetweenUpdates = 0.1;
// Goes to the start of the line and erases it.
constexpr char kErase[] = "\r\033[K";
// A line that is too long for the terminal is cut, not wrapped, or it could not be overwritten.
constexpr char kCut[] = "\033[?7l", kWrap[] = "\033[?7h";

double Rate(Index samples, double seconds) {
  return seconds > 0 ? static_cast<double>(samples) / seconds : 0;
}

}  // namespace

std::string Duration(double seconds) {
  if (seconds < 9.95) return absl::StrFormat("%.1f s", seconds);
  const auto total = static_cast<long long>(std::llround(seconds));
  if (total < 60) return absl::StrCat(total, " s");
  if (total < 3600) return absl::StrFormat("%d:%02d", total / 60, total % 60);
  return absl::StrFormat("%d:%02d:%02d", total / 3600, total / 60 % 60, total % 60);
}

Progress::Progress(std::ostream& out, bool terminal, Index epochs, Index epochs_before)
    : out_(out),
      terminal_(terminal),
      epochs_(epochs),
      epochs_before_(epochs_before),
      start_(std::chrono::steady_clock::now()) {}

double Progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Progress::OnBatch(const BatchProgress& progress) {
  if (!terminal_) return;
  const double now = seconds();
  if (last_shown_ >= 0 && now - last_shown_ < kSecondsBetweenUpdates) return;
  last_shown_ = now;
  const double share = Rate(progress.batch, static_cast<double>(progress.batches));
  const double done = static_cast<double>(progress.epoch - 1 - epochs_before_) + share;
  const double left = static_cast<double>(epochs_ - epochs_before_) - done;
  out_ << kErase << kCut
       << absl::StrFormat(
              "epoch %d/%d %.0f%%  loss %.4f  accuracy %.2f %%  iterations %.1f/%.1f  "
              "%.0f samples/s  %s left",
              progress.epoch, epochs_, 100 * share, progress.train.loss,
              100 * progress.train.accuracy, progress.train.forward_iterations,
              progress.train.backward_iterations, Rate(progress.samples, progress.train.seconds),
              Duration(now / done * left))
       << kWrap << std::flush;
}

void Progress::OnEpoch(const EpochMetrics& metrics, Index samples) {
  Clear();
  const auto done = static_cast<double>(metrics.epoch - epochs_before_);
  const auto left = static_cast<double>(epochs_ - metrics.epoch);
  std::string line = absl::StrFormat(
      "epoch %d/%d: train loss %.4f, test loss %.4f, test accuracy %.2f %%, iterations %.1f "
      "forward %.1f backward, %.0f samples/s",
      metrics.epoch, epochs_, metrics.train.loss, metrics.test_loss, 100 * metrics.test_accuracy,
      metrics.train.forward_iterations, metrics.train.backward_iterations,
      Rate(samples, metrics.train.seconds));
  if (left > 0) absl::StrAppend(&line, ", ", Duration(seconds() / done * left), " left");
  if (metrics.train.forward_not_converged + metrics.train.backward_not_converged > 0) {
    absl::StrAppend(&line, ", not converged: ", metrics.train.forward_not_converged, " forward ",
                    metrics.train.backward_not_converged, " backward");
  }
  out_ << line << std::endl;
}

void Progress::Clear() {
  if (terminal_ && last_shown_ >= 0) out_ << kErase << std::flush;
  last_shown_ = -1;
}

}  // namespace mondeq
