#include "mondeq/report/metrics_csv.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "mondeq/core/utf8.h"

namespace mondeq {

std::string MetricsCsv(const std::vector<EpochMetrics>& history) {
  std::string csv = absl::StrJoin(MetricNames(history), ",") + "\n";
  for (const EpochMetrics& row : history) {
    std::vector<std::string> values;
    ForEachMetric(row, [&](const char*, auto value) {
      values.push_back(absl::StrFormat("%.9g", static_cast<double>(value)));
    });
    absl::StrAppend(&csv, absl::StrJoin(values, ","), "\n");
  }
  return csv;
}

absl::StatusOr<MetricsTable> ParseMetricsCsv(const std::string& path, absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  const auto error = [&](std::size_t line, const std::string& what) {
    return absl::DataLossError(absl::StrCat(path, ":", line + 1, ": ", what));
  };
  MetricsTable table;
  table.names = absl::StrSplit(lines[0], ',');
  for (const std::string& name : table.names) {
    if (!table.columns.emplace(name, std::vector<double>()).second) {
      return error(0, absl::StrCat("two columns are named \"", Printable(name, 40), "\""));
    }
  }
  if (table.columns.count("epoch") == 0) {
    return error(0, "not the metrics of a run: there is no column \"epoch\"");
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    const std::vector<absl::string_view> values = absl::StrSplit(lines[i], ',');
    if (values.size() != table.names.size()) {
      return error(
          i, absl::StrCat("expected ", table.names.size(), " numbers, found ", values.size()));
    }
    for (std::size_t j = 0; j < values.size(); ++j) {
      double value = 0;
      if (!absl::SimpleAtod(values[j], &value)) {
        return error(i,
                     absl::StrCat("expected a number, found \"", Printable(values[j], 40), "\""));
      }
      table.columns[table.names[j]].push_back(value);
    }
  }
  return table;
}

absl::optional<std::size_t> BestRow(const MetricsTable& metrics) {
  auto accuracies = metrics.columns.find("validation_accuracy");
  if (accuracies == metrics.columns.end()) accuracies = metrics.columns.find("test_accuracy");
  if (accuracies == metrics.columns.end()) return absl::nullopt;
  return FirstLargest(accuracies->second);
}

}  // namespace mondeq
