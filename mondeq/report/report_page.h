// One page about runs.
#ifndef MONDEQ_REPORT_REPORT_PAGE_H_
#define MONDEQ_REPORT_REPORT_PAGE_H_

#include <string>
#include <vector>

#include "mondeq/report/metrics_csv.h"

namespace mondeq {

struct ReportedRun {
  // Tells the run from the others.
  std::string name;
  MetricsTable metrics;
  // The text of its experiment.textproto.
  std::string config;
};

// A whole HTML document that needs nothing else: a table of the runs, charts of their metrics over
// the epochs (SVG, in which every run has a colour), all the numbers, and the configs, where there
// are several with what they differ in marked. It has no scripts, loads nothing, follows the
// reader's choice of light and dark, and fits narrow windows. Text of the runs is escaped.
// `version` is that of the program.
std::string ReportPage(const std::vector<ReportedRun>& runs, const std::string& version);

}  // namespace mondeq

#endif  // MONDEQ_REPORT_REPORT_PAGE_H_
