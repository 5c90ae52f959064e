#include "mondeq/report/progress.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

constexpr double kSecondsBetweenUpdates = 0.1;

}  // namespace

Progress::Progress(std::ostream& out, bool terminal, Index epochs, double epochs_before,
                   std::function<double()> clock, std::function<int()> columns)
    : out_(out),
      line_(out, terminal, std::move(columns)),
      epochs_(epochs),
      epochs_before_(epochs_before),
      clock_(std::move(clock)),
      start_(clock_()) {}

void Progress::OnBatch(const BatchProgress& progress) {
  const double now = seconds();
  const double between = line_.shown() ? kSecondsBetweenUpdates : 0;
  const double pause = line_.terminal() ? between : kSecondsBetweenLines;
  if (now - last_line_ < pause) return;
  last_line_ = now;
  const TrainingMetrics& train = progress.train;
  const double share = static_cast<double>(progress.batch) / static_cast<double>(progress.batches);
  const double done = static_cast<double>(progress.epoch - 1) + share - epochs_before_;
  const double left = static_cast<double>(epochs_) - epochs_before_ - done;
  line_.Show({{absl::StrFormat("epoch %d/%d %.0f%%", progress.epoch, epochs_, 100 * share), 6},
              {absl::StrFormat("loss %.4f", train.loss), 5},
              {absl::StrFormat("accuracy %.2f %%", 100 * train.accuracy), 3},
              {absl::StrFormat("iterations %.1f/%.1f", train.forward.iterations,
                               train.backward.iterations),
               2},
              {absl::StrFormat("%.0f samples/s", train.samples_per_second), 1},
              {absl::StrCat(Duration(now / done * left), " left"), 4}});
}

absl::Status Progress::OnEpoch(const std::vector<EpochMetrics>& history) {
  const EpochMetrics& metrics = history.back();
  Clear();
  const double done = static_cast<double>(metrics.epoch) - epochs_before_;
  const auto left = static_cast<double>(epochs_ - metrics.epoch);
  std::string line =
      absl::StrFormat("epoch %d/%d: train loss %.4f, ", metrics.epoch, epochs_, metrics.train.loss);
  if (metrics.validation.has_value()) {
    absl::StrAppendFormat(&line, "validation loss %.4f, validation accuracy %.2f %%, ",
                          metrics.validation->loss, 100 * metrics.validation->accuracy);
  }
  absl::StrAppendFormat(&line,
                        "test loss %.4f, test accuracy %.2f %%, iterations %.1f "
                        "forward %.1f backward, %.0f samples/s",
                        metrics.test_loss, 100 * metrics.test_accuracy,
                        metrics.train.forward.iterations, metrics.train.backward.iterations,
                        metrics.train.samples_per_second);
  if (left > 0) absl::StrAppend(&line, ", ", Duration(seconds() / done * left), " left");
  const double forward = metrics.train.forward.unconverged,
               backward = metrics.train.backward.unconverged;
  if (forward + backward > 0) {
    absl::StrAppendFormat(&line, ", not converged: %.3g %% of the samples forward %.3g %% backward",
                          100 * forward, 100 * backward);
  }
  out_ << line << std::endl;
  last_line_ = seconds();
  return absl::OkStatus();
}

void Progress::OnWishedCheckpoint(const std::string& path) {
  Clear();
  out_ << "checkpoint written to " << Printable(path) << std::endl;
}

}  // namespace mondeq
