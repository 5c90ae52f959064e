// What a user sees while a network trains: on a terminal one line that is overwritten, elsewhere a
// line now and then, and everywhere a line per epoch.
#ifndef MONDEQ_REPORT_PROGRESS_H_
#define MONDEQ_REPORT_PROGRESS_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "mondeq/report/status_line.h"
#include "mondeq/training/metrics.h"
#include "mondeq/training/trainer.h"

namespace mondeq {

class Progress final : public TrainingObserver {
 public:
  // Without a terminal there is a line after so many seconds without one.
  static constexpr double kSecondsBetweenLines = 20;

  // The time starts here. `epochs_before`, the last perhaps in part, were done by an earlier run.
  Progress(std::ostream& out, bool terminal, Index epochs, double epochs_before,
           std::function<double()> clock = SteadySeconds,
           std::function<int()> columns = TerminalColumns);

  void OnBatch(const BatchProgress& progress) override;
  absl::Status OnEpoch(const std::vector<EpochMetrics>& history) override;
  // Makes room for what others say of it.
  void OnRecovery(const std::string&) override { Clear(); }
  void OnWishedCheckpoint(const std::string& path) override;
  // Removes the line that is overwritten, so that something else can be said.
  void Clear() { line_.Clear(); }

  double seconds() const { return clock_() - start_; }

 private:
  std::ostream& out_;
  StatusLine line_;
  Index epochs_;
  double epochs_before_;
  std::function<double()> clock_;
  double start_;
  double last_line_ = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_REPORT_PROGRESS_H_
