// The tables of a page about runs.
#ifndef MONDEQ_REPORT_PAGE_TABLES_H_
#define MONDEQ_REPORT_PAGE_TABLES_H_

#include <string>
#include <vector>

#include "mondeq/report/metrics_band.h"
#include "mondeq/report/reported_run.h"

namespace mondeq {

// A row per run: where it stands after its last epoch, and its best. `bands` are theirs.
std::string SummaryTable(const std::vector<ReportedRun>& runs,
                         const std::vector<MetricsBand>& bands);

// All of metrics.csv.
std::string NumbersTable(const MetricsTable& metrics);

// The configs, folded; the lines that not all of the runs have are marked.
std::string ConfigList(const std::vector<ReportedRun>& runs);

}  // namespace mondeq

#endif  // MONDEQ_REPORT_PAGE_TABLES_H_
