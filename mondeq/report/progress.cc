#include "mondeq/report/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

constexpr double kSecondsBetweenUpdates = 0.1;
// Goes to the start of the line and erases it.
constexpr char kErase[] = "\r\033[K";
// A terminal that was made narrower meanwhile cuts the line, for a wrapped one cannot be
// overwritten.
constexpr char kCut[] = "\033[?7l", kWrap[] = "\033[?7h";

std::string Join(const std::vector<LineField>& fields) {
  return absl::StrJoin(
      fields, "  ", [](std::string* out, const LineField& one) { absl::StrAppend(out, one.text); });
}

}  // namespace

double SteadySeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int TerminalColumns() {
  winsize size = {};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

std::string FitLine(std::vector<LineField> fields, int columns) {
  while (!fields.empty() && Join(fields).size() > static_cast<std::size_t>(std::max(columns, 0))) {
    fields.erase(std::min_element(
        fields.begin(), fields.end(),
        [](const auto& one, const auto& other) { return one.weight < other.weight; }));
  }
  return Join(fields);
}

std::string Duration(double seconds) {
  if (seconds < 9.95) return absl::StrFormat("%.1f s", seconds);
  const auto total = static_cast<long long>(std::llround(seconds));
  if (total < 60) return absl::StrCat(total, " s");
  if (total < 3600) return absl::StrFormat("%d:%02d", total / 60, total % 60);
  return absl::StrFormat("%d:%02d:%02d", total / 3600, total / 60 % 60, total % 60);
}

Progress::Progress(std::ostream& out, bool terminal, Index epochs, double epochs_before,
                   std::function<double()> clock, std::function<int()> columns)
    : out_(out),
      terminal_(terminal),
      epochs_(epochs),
      epochs_before_(epochs_before),
      clock_(std::move(clock)),
      columns_(std::move(columns)),
      start_(clock_()) {}

void Progress::OnBatch(const BatchProgress& progress) {
  const double now = seconds();
  const double pause = !terminal_ ? kSecondsBetweenLines : shown_ ? kSecondsBetweenUpdates : 0;
  if (now - last_line_ < pause) return;
  last_line_ = now;
  const TrainingMetrics& train = progress.train;
  const double share = static_cast<double>(progress.batch) / static_cast<double>(progress.batches);
  const double done = static_cast<double>(progress.epoch - 1) + share - epochs_before_;
  const double left = static_cast<double>(epochs_) - epochs_before_ - done;
  const std::vector<LineField> fields = {
      {absl::StrFormat("epoch %d/%d %.0f%%", progress.epoch, epochs_, 100 * share), 6},
      {absl::StrFormat("loss %.4f", train.loss), 5},
      {absl::StrFormat("accuracy %.2f %%", 100 * train.accuracy), 3},
      {absl::StrFormat("iterations %.1f/%.1f", train.forward.iterations, train.backward.iterations),
       2},
      {absl::StrFormat("%.0f samples/s", train.samples_per_second), 1},
      {absl::StrCat(Duration(now / done * left), " left"), 4}};
  if (terminal_) {
    out_ << kErase << kCut << FitLine(fields, columns_()) << kWrap << std::flush;
    shown_ = true;
  } else {
    out_ << FitLine(fields, std::numeric_limits<int>::max()) << std::endl;
  }
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

void Progress::Clear() {
  if (shown_) out_ << kErase << std::flush;
  shown_ = false;
}

}  // namespace mondeq
