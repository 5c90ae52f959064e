#include "mondeq/cli/eval_tables.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/optional.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

std::string NameOf(const std::vector<std::string>& names, Index label) {
  return Printable(names[static_cast<std::size_t>(label)]);
}

// What a line that is about a class ends with: names may be of any width.
std::string EndOfLine(const std::vector<std::string>& names, Index label) {
  return names.empty() ? "\n" : absl::StrCat("  ", NameOf(names, label), "\n");
}

std::string Share(const absl::optional<double>& share) {
  return share.has_value() ? absl::StrFormat("%.4f", *share) : "-";
}

Index Count(const Classification& seen, Index label, Index predicted) {
  const auto found = seen.confusion().find({label, predicted});
  return found == seen.confusion().end() ? 0 : found->second;
}

// The classes in their order, or those with the lowest F1, the lowest first.
std::vector<Index> ClassesToPrint(const Classification& seen) {
  std::vector<Index> classes(static_cast<std::size_t>(seen.classes()));
  std::iota(classes.begin(), classes.end(), 0);
  if (seen.classes() <= kMostClassesInTables) return classes;
  // Those that were neither there nor predicted say nothing.
  const auto f1 = [&](Index label) { return seen.of_class(label).f1().value_or(2); };
  std::stable_sort(classes.begin(), classes.end(), [&](Index a, Index b) { return f1(a) < f1(b); });
  classes.resize(kMostLines);
  return classes;
}

std::string ConfusionMatrix(const Classification& seen, const std::vector<std::string>& names) {
  Index most = seen.classes() - 1;
  for (const auto& entry : seen.confusion()) most = std::max(most, entry.second);
  const int width = static_cast<int>(absl::StrCat(most).size()) + 2;
  std::string text =
      "confusion matrix: a row for every label, a column for every prediction\n     ";
  for (Index c = 0; c < seen.classes(); ++c) absl::StrAppendFormat(&text, "%*d", width, c);
  absl::StrAppend(&text, "\n");
  for (Index label = 0; label < seen.classes(); ++label) {
    absl::StrAppendFormat(&text, "%5d", label);
    for (Index c = 0; c < seen.classes(); ++c) {
      absl::StrAppendFormat(&text, "%*d", width, Count(seen, label, c));
    }
    absl::StrAppend(&text, EndOfLine(names, label));
  }
  return text;
}

std::string Mistakes(const Classification& seen, const std::vector<std::string>& names) {
  std::vector<std::pair<std::pair<Index, Index>, Index>> mistakes;
  for (const auto& entry : seen.confusion()) {
    if (entry.first.first != entry.first.second) mistakes.push_back(entry);
  }
  std::stable_sort(mistakes.begin(), mistakes.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text = "the mistakes that were made most often\n  label  predicted  samples\n";
  for (std::size_t i = 0; i < std::min(kMostLines, mistakes.size()); ++i) {
    const auto& [pair, count] = mistakes[i];
    absl::StrAppendFormat(&text, "%7d  %9d  %7d", pair.first, pair.second, count);
    if (!names.empty()) {
      absl::StrAppend(&text, "  ", NameOf(names, pair.first), " taken for ",
                      NameOf(names, pair.second));
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace

std::string ClassTable(const Classification& seen, const std::vector<std::string>& names) {
  const std::vector<Index> classes = ClassesToPrint(seen);
  std::string text;
  if (static_cast<Index>(classes.size()) < seen.classes()) {
    absl::StrAppendFormat(&text, "the %d of %d classes with the lowest f1\n", classes.size(),
                          seen.classes());
  }
  absl::StrAppend(&text, "  class  samples  precision  recall      f1\n");
  for (const Index label : classes) {
    const ClassMetrics& metrics = seen.of_class(label);
    absl::StrAppendFormat(&text, "%7d  %7d  %9s  %6s  %6s", label, metrics.support,
                          Share(metrics.precision()), Share(metrics.recall()), Share(metrics.f1()));
    absl::StrAppend(&text, EndOfLine(names, label));
  }
  return text;
}

std::string ConfusionTable(const Classification& seen, const std::vector<std::string>& names) {
  return seen.classes() <= kMostClassesInTables ? ConfusionMatrix(seen, names)
                                                : Mistakes(seen, names);
}

std::string PredictionsHeader(Index classes) {
  std::string header =
      "index,label,predicted,confidence,loss,iterations,converged,error_bound,relative_error";
  for (Index c = 0; c < classes; ++c) absl::StrAppend(&header, ",probability_", c);
  return header + "\n";
}

std::string PredictionsRow(Index index, const ClassifiedSample& sample, const SampleStats& solve,
                           double error_bound, double relative_error) {
  std::string row = absl::StrFormat(
      "%d,%d,%d,%.9g,%.9g,%d,%d,%.9g,%.9g", index, sample.label, sample.predicted,
      sample.confidence, sample.loss, solve.iterations,
      solve.termination == Termination::kConverged ? 1 : 0, error_bound, relative_error);
  for (const double p : sample.probabilities) absl::StrAppendFormat(&row, ",%.9g", p);
  return row + "\n";
}

}  // namespace mondeq
