// Reads the folders that `mondeq report` makes its page of.
#ifndef MONDEQ_CLI_REPORT_RUNS_H_
#define MONDEQ_CLI_REPORT_RUNS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/report/reported_run.h"

namespace mondeq {

// Every file that a page about the run, or the seeds, in `folder` is made of.
std::vector<std::string> FilesOfRun(const std::string& folder);

// Reads the run in `folder`, or the runs in its folders seed-N, which differ in their seed alone. A
// run that was just begun has no metrics yet, and one that was copied may have nothing else. Images
// are those of the run's data set, looked for in `data_dir`, as --data_dir names it. Errors:
// kNotFound if there is no run, kDataLoss if one of its files is damaged.
absl::StatusOr<ReportedRun> ReadReportedRun(const std::string& folder, const std::string& data_dir);

// Runs are called by their folders: the last name of each, or all of it where two have the same.
std::vector<std::string> NamesOfRuns(const std::vector<std::string>& folders);

}  // namespace mondeq

#endif  // MONDEQ_CLI_REPORT_RUNS_H_
