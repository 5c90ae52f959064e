// Pieces of HTML that the parts of a page are made of.
#ifndef MONDEQ_REPORT_PAGE_PARTS_H_
#define MONDEQ_REPORT_PAGE_PARTS_H_

#include <cmath>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/report/line_chart.h"
#include "mondeq/report/markup.h"

namespace mondeq {

inline std::string Cell(const std::string& text) { return absl::StrCat("<td>", text, "</td>"); }

inline std::string NumberOrNone(double value) {
  return std::isfinite(value) ? absl::StrFormat("%.5g", value) : "-";
}

inline std::string PercentOrNone(double share) {
  return std::isfinite(share) ? absl::StrFormat("%.2f %%", 100 * share) : "-";
}

// The dot that has the colour of a run.
inline std::string Key(std::size_t run) {
  return absl::StrCat("<span class=\"key line-", run % kChartColors,
                      "\" style=\"background:", ChartColor(static_cast<int>(run)), "\"></span>");
}

// A chart of the size that a page has beside others.
inline LineChart PageChart(const char* title, Ordinate ordinate) {
  LineChart chart;
  chart.title = title;
  chart.ordinate = ordinate;
  chart.width = 330;
  chart.height = 220;
  return chart;
}

// What is folded away under a name.
inline std::string Folded(std::size_t run, const std::string& name, const std::string& inside) {
  return absl::StrCat("<details><summary>", Key(run), Escaped(name), "</summary>\n", inside,
                      "</details>\n");
}

}  // namespace mondeq

#endif  // MONDEQ_REPORT_PAGE_PARTS_H_
