#include "mondeq/report/page_tables.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/optional.h"
#include "mondeq/report/markup.h"
#include "mondeq/report/page_parts.h"

namespace mondeq {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

using Format = std::string (*)(double);

// "98.14 % +- 0.03 %"; without the deviation of one seed.
std::string WithDeviation(const Spread& spread, std::size_t seeds, Format format) {
  std::string text = format(spread.mean);
  if (seeds > 1 && std::isfinite(spread.mean)) {
    absl::StrAppend(&text, " &plusmn; ",
                    format == NumberOrNone ? absl::StrFormat("%.2g", spread.deviation)
                                           : format(spread.deviation));
  }
  return Cell(text);
}

std::string LastOf(const MetricsBand& run, const char* column, Format format) {
  const std::vector<Spread>* values = run.Find(column);
  if (values == nullptr || values->empty()) return Cell("-");
  return WithDeviation(values->back(), run.seeds, format);
}

std::string MeanOf(const MetricsBand& run, const char* column) {
  const std::vector<Spread>* values = run.Find(column);
  if (values == nullptr || values->empty()) return Cell("-");
  double sum = 0;
  for (const Spread& value : *values) sum += value.mean;
  return Cell(NumberOrNone(sum / static_cast<double>(values->size())));
}

double BestAccuracy(const MetricsTable& metrics, std::size_t row) {
  const auto test = metrics.columns.find("test_accuracy");
  return test == metrics.columns.end() ? kNone : test->second[row];
}

// The test accuracies of the best epochs.
std::string BestOf(const ReportedRun& run) {
  std::vector<double> accuracies;
  std::string epoch;
  for (const ReportedSeed& seed : run.seeds) {
    const MetricsTable& metrics = seed.metrics;
    const absl::optional<std::size_t> row = BestRow(metrics);
    if (!row.has_value()) continue;
    accuracies.push_back(BestAccuracy(metrics, *row));
    epoch = absl::StrCat(" (epoch ", NumberOrNone(metrics.columns.at("epoch")[*row]), ")");
  }
  if (accuracies.empty()) return Cell("-");
  if (run.seeds.size() > 1) {
    return WithDeviation(SpreadOf(accuracies), accuracies.size(), PercentOrNone);
  }
  return Cell(PercentOrNone(accuracies[0]) + epoch);
}

std::set<std::string> LinesOf(const std::string& text) { return absl::StrSplit(text, '\n'); }

// The lines that not all of `configs`, the lines of every run, have are marked.
std::string Config(const ReportedRun& run, const std::vector<std::set<std::string>>& configs) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(run.config, '\n')) {
    const bool common = std::all_of(configs.begin(), configs.end(), [&](const auto& others) {
      return others.count(std::string(line)) > 0;
    });
    lines.push_back(common ? Escaped(line) : absl::StrCat("<mark>", Escaped(line), "</mark>"));
  }
  return absl::StrCat("<pre>", absl::StrJoin(lines, "\n"), "</pre>\n");
}

}  // namespace

std::string SummaryTable(const std::vector<ReportedRun>& runs,
                         const std::vector<MetricsBand>& bands) {
  std::string rows;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const MetricsBand& band = bands[i];
    const std::string seeds =
        band.seeds > 1 ? absl::StrCat(", ", band.seeds, " seeds, mean &plusmn; deviation") : "";
    absl::StrAppend(&rows, "<tr><td class=\"name\">", Key(i), Escaped(runs[i].name), seeds, "</td>",
                    Cell(absl::StrCat(band.rows)), LastOf(band, "test_accuracy", PercentOrNone),
                    BestOf(runs[i]), LastOf(band, "test_loss", NumberOrNone),
                    LastOf(band, "forward_iterations", NumberOrNone),
                    LastOf(band, "backward_iterations", NumberOrNone), MeanOf(band, "seconds"),
                    LastOf(band, "peak_megabytes", NumberOrNone), "</tr>\n");
  }
  return absl::StrCat(
      "<div class=\"wide\"><table>\n<tr><th>run</th><th>epochs</th><th>test accuracy</th>"
      "<th>best</th><th>test loss</th><th>iterations forward</th><th>backward</th>"
      "<th>seconds an epoch</th><th>MB</th></tr>\n",
      rows, "</table></div>\n");
}

std::string NumbersTable(const MetricsTable& metrics) {
  std::string html = "<div class=\"wide\"><table>\n<tr>";
  for (const std::string& name : metrics.names) {
    absl::StrAppend(&html, "<th>", Escaped(name), "</th>");
  }
  absl::StrAppend(&html, "</tr>\n");
  for (std::size_t row = 0; row < metrics.rows(); ++row) {
    absl::StrAppend(&html, "<tr>");
    for (const std::string& name : metrics.names) {
      absl::StrAppend(&html, Cell(NumberOrNone(metrics.columns.at(name)[row])));
    }
    absl::StrAppend(&html, "</tr>\n");
  }
  return html + "</table></div>\n";
}

std::string ConfigList(const std::vector<ReportedRun>& runs) {
  std::vector<std::set<std::string>> lines;
  for (const ReportedRun& run : runs) lines.push_back(LinesOf(run.config));
  std::string html =
      runs.size() > 1 ? "<p>Lines that not all of the runs have are marked.</p>\n" : "";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    absl::StrAppend(&html, Folded(i, runs[i].name, Config(runs[i], lines)));
  }
  return html;
}

}  // namespace mondeq
