// metrics.csv: a header and a row per epoch.
#ifndef MONDEQ_REPORT_METRICS_CSV_H_
#define MONDEQ_REPORT_METRICS_CSV_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "mondeq/training/metrics.h"

namespace mondeq {

std::string MetricsCsv(const std::vector<EpochMetrics>& history);

// What a file of this or of an earlier version tells: the columns that it has, by their names.
// "epoch" is always among them. A value may be NaN.
struct MetricsTable {
  std::vector<std::string> names;
  std::map<std::string, std::vector<double>> columns;

  std::size_t rows() const { return columns.at("epoch").size(); }
};

// Parses the contents of `path`. Errors: kDataLoss, with file and line.
absl::StatusOr<MetricsTable> ParseMetricsCsv(const std::string& path, absl::string_view text);

// The row of the epoch whose parameters best.safetensors has: the most accurate one on samples held
// back, where there are some, else on the test samples; the first of equals. None where no accuracy
// is a number.
absl::optional<std::size_t> BestRow(const MetricsTable& metrics);

}  // namespace mondeq

#endif  // MONDEQ_REPORT_METRICS_CSV_H_
