#include "mondeq/cli/seed_summary.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/report/metrics_band.h"

namespace mondeq {
namespace {

Spread SpreadOf(const std::vector<SeedResult>& results, double SeedResult::*value) {
  std::vector<double> values;
  for (const SeedResult& one : results) values.push_back(one.*value);
  return mondeq::SpreadOf(values);
}

struct Column {
  const char* name;
  double SeedResult::*value;
};

constexpr Column kColumns[] = {{"epochs", &SeedResult::epochs},
                               {"test_accuracy", &SeedResult::accuracy},
                               {"test_loss", &SeedResult::loss},
                               {"best_epoch", &SeedResult::best_epoch},
                               {"best_test_accuracy", &SeedResult::best_accuracy},
                               {"best_test_loss", &SeedResult::best_loss}};

template <class Value>
std::string Row(const std::string& name, Value value) {
  std::string row = name;
  for (const Column& column : kColumns) {
    absl::StrAppendFormat(&row, ",%.9g", value(column.value));
  }
  return row + "\n";
}

// A mean and, of several, the standard deviation.
std::string ToText(const std::vector<SeedResult>& results, double SeedResult::*value, double scale,
                   int digits, const char* unit) {
  const Spread spread = SpreadOf(results, value);
  std::string text = absl::StrFormat("%.*f%s", digits, scale * spread.mean, unit);
  if (results.size() > 1) {
    absl::StrAppendFormat(&text, " +- %.*f%s", digits, scale * spread.deviation, unit);
  }
  return text;
}

}  // namespace

SeedResult ResultOf(std::int64_t seed, const MetricsTable& metrics) {
  const std::vector<double>& accuracy = metrics.columns.at("test_accuracy");
  const std::vector<double>& loss = metrics.columns.at("test_loss");
  const std::vector<double>& epoch = metrics.columns.at("epoch");
  const std::size_t best = BestRow(metrics).value_or(accuracy.size() - 1);
  return {seed,        epoch.back(),   accuracy.back(), loss.back(),
          epoch[best], accuracy[best], loss[best]};
}

std::string SeedsCsv(const std::vector<SeedResult>& results) {
  std::string csv = "seed";
  for (const Column& column : kColumns) absl::StrAppend(&csv, ",", column.name);
  absl::StrAppend(&csv, "\n");
  for (const SeedResult& one : results) {
    absl::StrAppend(&csv, Row(absl::StrCat(one.seed), [&](auto value) { return one.*value; }));
  }
  absl::StrAppend(&csv, Row("mean", [&](auto value) { return SpreadOf(results, value).mean; }));
  if (results.size() < 2) return csv;
  return csv + Row("stddev", [&](auto value) { return SpreadOf(results, value).deviation; });
}

std::string SeedsText(const std::vector<SeedResult>& results) {
  std::string text;
  for (const SeedResult& one : results) {
    absl::StrAppendFormat(
        &text,
        "seed %d: test accuracy %.2f %%, test loss %.4f after %g epochs; best %.2f %% after %g\n",
        one.seed, 100 * one.accuracy, one.loss, one.epochs, 100 * one.best_accuracy,
        one.best_epoch);
  }
  absl::StrAppendFormat(&text, "%d %s: test accuracy %s, test loss %s; best %s\n", results.size(),
                        results.size() == 1 ? "seed" : "seeds, mean +- standard deviation",
                        ToText(results, &SeedResult::accuracy, 100, 2, " %"),
                        ToText(results, &SeedResult::loss, 1, 4, ""),
                        ToText(results, &SeedResult::best_accuracy, 100, 2, " %"));
  return text;
}

}  // namespace mondeq
