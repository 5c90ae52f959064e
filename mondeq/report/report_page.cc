#include "mondeq/report/report_page.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "mondeq/report/line_chart.h"
#include "mondeq/report/markup.h"

namespace mondeq {
namespace {

// The classes are those of line_chart.h. Dark colours of lines are made lighter on dark ground.
constexpr char kStyle[] = R"(
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1c1c1c; --faint: #d8d8d8;
  --mark: #fff0b3; --lift: none; }
svg polyline, svg circle, .key { filter: var(--lift); }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181b; --ink: #e4e4e4; --faint: #3a3d42; --mark: #55480f;
    --lift: brightness(1.25) saturate(.9); }
  .line-7, .line-8, .line-9, .line-12 { filter: brightness(2.4); }
}
body { background: var(--paper); color: var(--ink); font: 15px/1.45 sans-serif;
  margin: 0 auto; padding: 1rem; max-width: 1500px; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr));
  gap: 1rem; }
svg { width: 100%; max-width: 520px; height: auto; }
svg text { fill: var(--ink); }
svg text:first-of-type { font-weight: bold; font-size: 14px; }
svg .paper { fill: none; }
svg .grid { stroke: var(--faint); }
svg .frame, svg .line-ink { stroke: var(--ink); }
svg .frame { stroke-opacity: .5; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--faint);
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
td.name { white-space: normal; overflow-wrap: anywhere; min-width: 8rem; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .5em; }
pre { overflow-x: auto; border: 1px solid var(--faint); padding: .6rem; font-size: 13px; }
mark { background: var(--mark); color: inherit; }
summary { cursor: pointer; margin: .4rem 0; overflow-wrap: anywhere; }
)";

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// A column of metrics.csv in a chart.
struct Column {
  const char* name;
  const char* label;  // of one among several
  Stroke stroke = Stroke::kSolid;
};

struct Plot {
  const char* title;
  std::vector<Column> columns;
  double scale = 1;
  Ordinate ordinate = Ordinate::kRange;
};

std::vector<Plot> Plots() {
  const Stroke dashed = Stroke::kDashed;
  return {
      {"accuracy (%)", {{"test_accuracy", "test"}, {"train_accuracy", "train", dashed}}, 100},
      {"loss", {{"test_loss", "test"}, {"train_loss", "train", dashed}}},
      {"iterations of a batch",
       {{"forward_iterations", "forward"}, {"backward_iterations", "backward", dashed}}},
      {"iterations of a sample, mean",
       {{"forward_sample_iterations", "forward"},
        {"backward_sample_iterations", "backward", dashed}}},
      {"iterations of a sample, most",
       {{"forward_most_iterations", "forward"}, {"backward_most_iterations", "backward", dashed}}},
      {"samples not converged (%)",
       {{"forward_unconverged", "forward"}, {"backward_unconverged", "backward", dashed}},
       100},
      {"certified relative error (the worst)",
       {{"relative_error", "largest of a batch"}},
       1,
       Ordinate::kDecades},
      {"alpha", {{"alpha", ""}}},
      {"I - W is L-Lipschitz and m-strongly monotone", {{"lipschitz", "L"}, {"m", "m", dashed}}},
      {"learning rate", {{"learning_rate", ""}}},
      {"norm of the gradients, before clipping", {{"gradient_norm", ""}}},
      {"seconds of an epoch, without evaluation", {{"seconds", ""}}},
      {"samples a second", {{"samples_per_second", ""}}},
      {"main memory, most so far (MB)", {{"peak_megabytes", ""}}},
  };
}

const std::vector<double>* Find(const ReportedRun& run, const std::string& column) {
  const auto found = run.metrics.columns.find(column);
  return found == run.metrics.columns.end() ? nullptr : &found->second;
}

bool AnyFinite(const ChartPanel& panel) {
  for (const ChartLine& line : panel.lines) {
    for (const auto& point : line.points) {
      if (std::isfinite(point.second)) return true;
    }
  }
  return false;
}

// "" where no run has a number to show.
std::string ChartOf(const Plot& plot, const std::vector<ReportedRun>& runs) {
  LineChart chart;
  chart.title = plot.title;
  chart.ordinate = plot.ordinate;
  chart.width = 330;
  chart.height = 220;
  ChartPanel panel{"epoch", {}};
  for (const Column& column : plot.columns) {
    if (plot.columns.size() > 1) {
      chart.legend.push_back({/*color=*/-1, column.stroke, column.label});
    }
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const std::vector<double>* values = Find(runs[i], column.name);
      if (values == nullptr) continue;
      ChartLine line{static_cast<int>(i), column.stroke, {}};
      for (std::size_t row = 0; row < values->size(); ++row) {
        line.points.emplace_back((*Find(runs[i], "epoch"))[row], plot.scale * (*values)[row]);
      }
      panel.lines.push_back(std::move(line));
    }
  }
  if (!AnyFinite(panel)) return "";
  chart.panels = {panel};
  return SvgElement(chart);
}

double Last(const ReportedRun& run, const char* column) {
  const std::vector<double>* values = Find(run, column);
  return values == nullptr || values->empty() ? kNone : values->back();
}

double Mean(const ReportedRun& run, const char* column) {
  const std::vector<double>* values = Find(run, column);
  if (values == nullptr || values->empty()) return kNone;
  double sum = 0;
  for (double value : *values) sum += value;
  return sum / static_cast<double>(values->size());
}

// The row of the largest value; -1 if there is none.
int RowOfBest(const ReportedRun& run, const char* column) {
  const std::vector<double>* values = Find(run, column);
  int best = -1;
  for (std::size_t i = 0; values != nullptr && i < values->size(); ++i) {
    const bool better = best < 0 || (*values)[i] > (*values)[static_cast<std::size_t>(best)];
    if (std::isfinite((*values)[i]) && better) best = static_cast<int>(i);
  }
  return best;
}

std::string Cell(const std::string& text) { return absl::StrCat("<td>", text, "</td>"); }

std::string Number(double value) {
  return std::isfinite(value) ? absl::StrFormat("%.5g", value) : "-";
}

std::string Percent(double share) {
  return std::isfinite(share) ? absl::StrFormat("%.2f %%", 100 * share) : "-";
}

std::string Key(std::size_t run) {
  return absl::StrCat("<span class=\"key line-", run % kChartColors,
                      "\" style=\"background:", ChartColor(static_cast<int>(run)), "\"></span>");
}

std::string Summary(const std::vector<ReportedRun>& runs) {
  std::string rows;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const ReportedRun& run = runs[i];
    const int best = RowOfBest(run, "test_accuracy");
    const auto row = static_cast<std::size_t>(std::max(best, 0));
    const double best_accuracy = best < 0 ? kNone : (*Find(run, "test_accuracy"))[row];
    const std::string epoch =
        best < 0 ? "" : absl::StrCat(" (epoch ", Number((*Find(run, "epoch"))[row]), ")");
    absl::StrAppend(
        &rows, "<tr><td class=\"name\">", Key(i), Escaped(run.name), "</td>",
        Cell(absl::StrCat(run.metrics.rows())), Cell(Percent(Last(run, "test_accuracy"))),
        Cell(Percent(best_accuracy) + epoch), Cell(Number(Last(run, "test_loss"))),
        Cell(Number(Last(run, "forward_iterations"))),
        Cell(Number(Last(run, "backward_iterations"))), Cell(Number(Mean(run, "seconds"))),
        Cell(Number(Last(run, "peak_megabytes"))), "</tr>\n");
  }
  return absl::StrCat(
      "<div class=\"wide\"><table>\n<tr><th>run</th><th>epochs</th><th>test accuracy</th>"
      "<th>best</th><th>test loss</th><th>iterations forward</th><th>backward</th>"
      "<th>seconds an epoch</th><th>MB</th></tr>\n",
      rows, "</table></div>\n");
}

std::string Numbers(const ReportedRun& run) {
  std::string html = "<div class=\"wide\"><table>\n<tr>";
  for (const std::string& name : run.metrics.names) {
    absl::StrAppend(&html, "<th>", Escaped(name), "</th>");
  }
  absl::StrAppend(&html, "</tr>\n");
  for (std::size_t row = 0; row < run.metrics.rows(); ++row) {
    absl::StrAppend(&html, "<tr>");
    for (const std::string& name : run.metrics.names) {
      absl::StrAppend(&html, Cell(Number((*Find(run, name))[row])));
    }
    absl::StrAppend(&html, "</tr>\n");
  }
  return html + "</table></div>\n";
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

std::string Details(std::size_t i, const ReportedRun& run, const std::string& inside) {
  return absl::StrCat("<details><summary>", Key(i), Escaped(run.name), "</summary>\n", inside,
                      "</details>\n");
}

}  // namespace

std::string ReportPage(const std::vector<ReportedRun>& runs, const std::string& version) {
  std::string charts, numbers, configs;
  std::vector<std::set<std::string>> lines;
  for (const ReportedRun& run : runs) lines.push_back(LinesOf(run.config));
  for (const Plot& plot : Plots()) {
    const std::string chart = ChartOf(plot, runs);
    if (!chart.empty()) absl::StrAppend(&charts, "<div>", chart, "</div>\n");
  }
  if (charts.empty()) charts = "<p>No epoch is done yet.</p>\n";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    absl::StrAppend(&numbers, Details(i, runs[i], Numbers(runs[i])));
    absl::StrAppend(&configs, Details(i, runs[i], Config(runs[i], lines)));
  }
  const std::string title =
      runs.size() == 1 ? Escaped(runs[0].name) : absl::StrCat(runs.size(), " runs");
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
      title, " - mondeq</title>\n<style>", kStyle, "</style>\n</head>\n<body>\n<h1>", title,
      "</h1>\n", Summary(runs), "<h2>Over the epochs</h2>\n<div class=\"charts\">\n", charts,
      "</div>\n<h2>All numbers</h2>\n", numbers, "<h2>Configs</h2>\n",
      runs.size() > 1 ? "<p>Lines that not all of the runs have are marked.</p>\n" : "", configs,
      "<p>mondeq ", Escaped(version), "</p>\n</body>\n</html>\n");
}

}  // namespace mondeq
