// The charts of a page about runs.
#ifndef MONDEQ_REPORT_PAGE_CHARTS_H_
#define MONDEQ_REPORT_PAGE_CHARTS_H_

#include <string>
#include <vector>

#include "mondeq/report/line_chart.h"
#include "mondeq/report/metrics_band.h"

namespace mondeq {

// The metrics over the epochs, a colour for every run: the mean over its seeds, and where there are
// several the band from the least to the most. What no run has a number of is left out.
std::vector<LineChart> EpochCharts(const std::vector<MetricsBand>& runs);

}  // namespace mondeq

#endif  // MONDEQ_REPORT_PAGE_CHARTS_H_
