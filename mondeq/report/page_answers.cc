#include "mondeq/report/page_answers.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/report/classification.h"
#include "mondeq/report/line_chart.h"
#include "mondeq/report/markup.h"
#include "mondeq/report/page_parts.h"
#include "mondeq/report/quantile.h"

namespace mondeq {
namespace {

Classification Classified(const Predictions& predictions) {
  Classification seen(predictions.classes);
  for (const Prediction& sample : predictions.samples) {
    seen.Add(
        {sample.label, sample.predicted, /*probabilities=*/{}, sample.confidence, sample.loss});
  }
  return seen;
}

// "7", or "3 dress" where classes have names.
std::string ClassName(const ReportedAnswers& answers, Index label) {
  const auto i = static_cast<std::size_t>(label);
  if (i >= answers.class_names.size()) return absl::StrCat(label);
  return absl::StrCat(label, " ", Escaped(answers.class_names[i]));
}

std::string Numbers(const Classification& seen, const Predictions& predictions) {
  const Interval interval = WilsonInterval(seen.right(), seen.samples());
  const double accuracy = static_cast<double>(seen.right()) / static_cast<double>(seen.samples());
  std::vector<double> errors;
  for (const Prediction& sample : predictions.samples) errors.push_back(sample.relative_error);
  return absl::StrFormat(
      "<p>%d of %d test samples are right: %.2f %%, with 95 %% confidence %.2f to %.2f %%. "
      "Expected calibration error: %.2f %%. Certified relative error of an equilibrium: %.2g in "
      "half of the samples, %.2g in 95 %%, %.2g at most.</p>\n",
      seen.right(), seen.samples(), 100 * accuracy, 100 * interval.low, 100 * interval.high,
      100 * seen.calibration_error(), NearestRankQuantile(errors, 0.5),
      NearestRankQuantile(errors, 0.95), NearestRankQuantile(errors, 1));
}

// Accuracy over confidence, which are the same where a model knows what it knows.
std::string ReliabilityChart(const Classification& seen) {
  LineChart chart = PageChart("calibration: accuracy over confidence", Ordinate::kLinear);
  ChartLine ideal{/*color=*/-1, Stroke::kDotted, {{0, 0}, {1, 1}}}, found{0, Stroke::kSolid, {}};
  for (const CalibrationBin& bin : seen.bins()) {
    if (bin.count == 0) continue;
    const auto count = static_cast<double>(bin.count);
    found.points.emplace_back(bin.confidence / count, static_cast<double>(bin.right) / count);
  }
  chart.legend = {{0, Stroke::kSolid, absl::StrCat("found, in ", Classification::kBins, " bins")},
                  {-1, Stroke::kDotted, "ideal"}};
  chart.panels.push_back({"mean confidence of a bin", {ideal, found}});
  return absl::StrCat("<div>", SvgElement(chart), "</div>\n");
}

// Of the samples of a label.
double ShareOf(const Classification& seen, Index label, Index count) {
  if (count == 0) return 0;
  return static_cast<double>(count) / static_cast<double>(seen.of_class(label).support);
}

// Mistakes are rare, and to be seen: they are coloured in proportion to the worst.
double WorstShare(const Classification& seen) {
  double worst = 0;
  for (const Classification::Mistake& mistake : seen.Mistakes()) {
    worst = std::max(worst, ShareOf(seen, mistake.label, mistake.count));
  }
  return worst;
}

std::string ConfusionMatrix(const Classification& seen, const ReportedAnswers& answers) {
  std::string html = "<div class=\"wide\"><table class=\"confusions\">\n<tr><th>label</th>";
  for (Index c = 0; c < seen.classes(); ++c) absl::StrAppend(&html, "<th>", c, "</th>");
  absl::StrAppend(&html, "<th>recall</th></tr>\n");
  const double worst = WorstShare(seen);
  for (Index label = 0; label < seen.classes(); ++label) {
    absl::StrAppend(&html, "<tr><th>", ClassName(answers, label), "</th>");
    for (Index c = 0; c < seen.classes(); ++c) {
      const Index count = seen.CountOf(label, c);
      const double share = ShareOf(seen, label, count);
      absl::StrAppendFormat(&html, "<td class=\"%s\" style=\"--share:%.1f%%\">%s</td>",
                            c == label ? "right" : "wrong",
                            c == label || worst == 0 ? 60 * share : 75 * share / worst,
                            count == 0 ? "" : absl::StrCat(count));
    }
    const absl::optional<double> recall = seen.of_class(label).recall();
    absl::StrAppend(&html, Cell(recall.has_value() ? PercentOrNone(*recall) : "-"), "</tr>\n");
  }
  return html +
         "</table></div>\n<p>A row for every label, a column for what it was taken for.</p>\n";
}

std::string Mistakes(const Classification& seen, const ReportedAnswers& answers) {
  constexpr std::size_t kMost = 20;
  const std::vector<Classification::Mistake> mistakes = seen.Mistakes();
  std::string rows;
  for (std::size_t i = 0; i < std::min(kMost, mistakes.size()); ++i) {
    absl::StrAppend(&rows, "<tr>", Cell(ClassName(answers, mistakes[i].label)),
                    Cell(ClassName(answers, mistakes[i].predicted)),
                    Cell(absl::StrCat(mistakes[i].count)), "</tr>\n");
  }
  return absl::StrCat(
      "<div class=\"wide\"><table>\n<tr><th>label</th><th>taken for</th><th>samples</th></tr>\n",
      rows, "</table></div>\n");
}

// What is said of one of the worst.
std::string Caption(const ReportedAnswers& answers, Index index) {
  const Prediction& sample = answers.predictions.samples[static_cast<std::size_t>(index)];
  return absl::StrFormat("#%d: %s taken for %s, %.1f %% confident, loss %.3g, error %.2g", index,
                         ClassName(answers, sample.label), ClassName(answers, sample.predicted),
                         100 * sample.confidence, sample.loss, sample.relative_error);
}

std::string Worst(const ReportedAnswers& answers) {
  const std::vector<Index> worst = WorstSamples(answers.predictions);
  std::string html =
      absl::StrCat("<h3>The ", worst.size(), " samples of the largest losses</h3>\n");
  if (answers.images.empty()) {
    absl::StrAppend(&html, "<p>Without images: ", Escaped(answers.why_no_images), "</p>\n<ul>\n");
    for (const Index index : worst) {
      absl::StrAppend(&html, "<li>", Caption(answers, index), "</li>\n");
    }
    return html + "</ul>\n";
  }
  absl::StrAppend(&html, "<div class=\"worst\">\n");
  for (std::size_t i = 0; i < worst.size(); ++i) {
    const std::string caption = Caption(answers, worst[i]);
    absl::StrAppend(&html, "<figure><img alt=\"\" src=\"data:image/png;base64,",
                    absl::Base64Escape(answers.images[i]), "\"/><figcaption>", caption,
                    "</figcaption></figure>\n");
  }
  return html + "</div>\n";
}

}  // namespace

std::string AnswersSection(const ReportedAnswers& answers) {
  const Classification seen = Classified(answers.predictions);
  const bool has_matrix = seen.classes() <= kMostClassesInTables;
  const char* const old = "<p>These are older than the parameters of the run.</p>\n";
  return absl::StrCat(
      answers.are_old ? old : "", Numbers(seen, answers.predictions), "<div class=\"charts\">\n",
      ReliabilityChart(seen), "</div>\n",
      has_matrix ? "<h3>Confusion matrix</h3>\n" : "<h3>Most frequent mistakes</h3>\n",
      has_matrix ? ConfusionMatrix(seen, answers) : Mistakes(seen, answers), Worst(answers));
}

}  // namespace mondeq
