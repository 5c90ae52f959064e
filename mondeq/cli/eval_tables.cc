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
      absl::StrAppendFormat(&text, "%*d", width, seen.CountOf(label, c));
    }
    absl::StrAppend(&text, EndOfLine(names, label));
  }
  return text;
}

std::string Mistakes(const Classification& seen, const std::vector<std::string>& names) {
  const std::vector<Classification::Mistake> mistakes = seen.Mistakes();
  std::string text = "the mistakes that were made most often\n  label  predicted  samples\n";
  for (std::size_t i = 0; i < std::min(kMostLines, mistakes.size()); ++i) {
    const Classification::Mistake& mistake = mistakes[i];
    absl::StrAppendFormat(&text, "%7d  %9d  %7d", mistake.label, mistake.predicted, mistake.count);
    if (!names.empty()) {
      absl::StrAppend(&text, "  ", NameOf(names, mistake.label), " taken for ",
                      NameOf(names, mistake.predicted));
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

}  // namespace mondeq
