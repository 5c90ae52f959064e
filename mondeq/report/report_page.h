// One page about runs.
#ifndef MONDEQ_REPORT_REPORT_PAGE_H_
#define MONDEQ_REPORT_REPORT_PAGE_H_

#include <string>
#include <vector>

#include "mondeq/report/line_chart.h"
#include "mondeq/report/reported_run.h"

namespace mondeq {

// A whole HTML document that needs nothing else: a table of the runs, charts of their metrics over
// the epochs (SVG, in which every run has a colour; of several seeds the mean and a band), what
// their models answered, all the numbers, the configs, where there are several with what they
// differ in marked, and what they ran on. It has no scripts, loads nothing, follows the reader's
// choice of light and dark, and fits narrow windows. Text of the runs is escaped. `version` is that
// of the program. Every run has a seed.
std::string ReportPage(const std::vector<ReportedRun>& runs, const std::string& version);

// The charts of the page, for files of their own: of several runs the legend names each.
std::vector<LineChart> ReportCharts(const std::vector<ReportedRun>& runs);

}  // namespace mondeq

#endif  // MONDEQ_REPORT_REPORT_PAGE_H_
