#include "mondeq/report/report_page.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/report/line_chart.h"
#include "mondeq/report/markup.h"
#include "mondeq/report/metrics_band.h"
#include "mondeq/report/page_answers.h"
#include "mondeq/report/page_charts.h"
#include "mondeq/report/page_parts.h"
#include "mondeq/report/page_style.h"
#include "mondeq/report/page_tables.h"

namespace mondeq {
namespace {

// Of seeds that have done an epoch, where there are such.
std::vector<MetricsBand> BandsOf(const std::vector<ReportedRun>& runs) {
  std::vector<MetricsBand> bands;
  for (const ReportedRun& run : runs) {
    std::vector<const MetricsTable*> tables;
    for (const ReportedSeed& seed : run.seeds) {
      if (seed.metrics.rows() > 0) tables.push_back(&seed.metrics);
    }
    if (tables.empty()) tables.push_back(&run.seeds[0].metrics);
    bands.push_back(BandOf(tables));
  }
  return bands;
}

std::string ChartsSection(const std::vector<MetricsBand>& bands) {
  std::string charts, note;
  for (const LineChart& chart : EpochCharts(bands)) {
    absl::StrAppend(&charts, "<div>", SvgElement(chart), "</div>\n");
  }
  if (charts.empty()) return "<p>No epoch is done yet.</p>\n";
  bool any_seeds = false, any_cut = false;
  for (const MetricsBand& band : bands) {
    any_seeds = any_seeds || band.seeds > 1;
    any_cut = any_cut || band.is_cut;
  }
  if (any_seeds)
    note = "<p>Of several seeds the line is the mean, the band from the least to the most";
  if (any_cut) absl::StrAppend(&note, ", over the epochs that all of them have done");
  if (!note.empty()) absl::StrAppend(&note, ".</p>\n");
  return absl::StrCat(note, "<div class=\"charts\">\n", charts, "</div>\n");
}

// What `inside(seed)` tells of every seed, folded under its name. Of what is empty there is
// nothing.
template <class F>
std::string OfEverySeed(const std::vector<ReportedRun>& runs, const F& inside) {
  std::string html;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const ReportedSeed& seed : runs[i].seeds) {
      const std::string text = inside(seed);
      if (!text.empty()) absl::StrAppend(&html, Folded(i, seed.name, text));
    }
  }
  return html;
}

std::string AnswersOf(const ReportedSeed& seed) {
  return seed.answers.has_value() ? AnswersSection(*seed.answers) : "";
}

std::string EnvironmentOf(const ReportedSeed& seed) {
  return seed.environment.empty()
             ? ""
             : absl::StrCat("<pre>", EscapedLines(seed.environment), "</pre>\n");
}

std::string AllAnswers(const std::vector<ReportedRun>& runs) {
  constexpr char kHow[] =
      ": <code>mondeq eval --weights=RUN/weights.safetensors --output=RUN/predictions.csv</code> "
      "writes what this page shows of a run.</p>\n";
  const bool only_one = runs.size() == 1 && runs[0].seeds.size() == 1;
  const std::string answers = only_one ? AnswersOf(runs[0].seeds[0]) : OfEverySeed(runs, AnswersOf);
  if (answers.empty()) return absl::StrCat("<p>Nothing is known of them", kHow);
  std::vector<std::string> without;
  for (const ReportedRun& run : runs) {
    for (const ReportedSeed& seed : run.seeds) {
      if (!seed.answers.has_value()) without.push_back(Escaped(seed.name));
    }
  }
  if (without.empty()) return answers;
  return absl::StrCat(answers, "<p>Nothing is known of those of ", absl::StrJoin(without, ", "),
                      kHow);
}

std::string Environments(const std::vector<ReportedRun>& runs) {
  const std::string environments = OfEverySeed(runs, EnvironmentOf);
  return environments.empty() ? "" : absl::StrCat("<h2>What they ran on</h2>\n", environments);
}

}  // namespace

std::string ReportPage(const std::vector<ReportedRun>& runs, const std::string& version) {
  const std::vector<MetricsBand> bands = BandsOf(runs);
  const std::string title =
      runs.size() == 1 ? Escaped(runs[0].name) : absl::StrCat(runs.size(), " runs");
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
      title, " - mondeq</title>\n<style>", kPageStyle, "</style>\n</head>\n<body>\n<h1>", title,
      "</h1>\n", SummaryTable(runs, bands), "<h2>Over the epochs</h2>\n", ChartsSection(bands),
      "<h2>Answers to the test samples</h2>\n", AllAnswers(runs), "<h2>All numbers</h2>\n",
      OfEverySeed(runs, [](const ReportedSeed& seed) { return NumbersTable(seed.metrics); }),
      "<h2>Configs</h2>\n", ConfigList(runs), Environments(runs), "<p>mondeq ", Escaped(version),
      "</p>\n</body>\n</html>\n");
}

std::vector<LineChart> ReportCharts(const std::vector<ReportedRun>& runs) {
  std::vector<LineChart> charts = EpochCharts(BandsOf(runs));
  for (LineChart& chart : charts) {
    for (std::size_t i = 0; i < runs.size() && runs.size() > 1; ++i) {
      chart.legend.push_back({static_cast<int>(i), Stroke::kSolid, runs[i].name});
    }
  }
  return charts;
}

}  // namespace mondeq
