#include "mondeq/training/early_stopping.h"

#include "absl/strings/str_format.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// What is to become smaller.
double Cost(const EarlyStoppingConfig& config, const EpochMetrics& metrics) {
  MONDEQ_CHECK(metrics.validation.has_value());
  return config.metric() == EarlyStoppingConfig::VALIDATION_LOSS ? metrics.validation->loss
                                                                 : -metrics.validation->accuracy;
}

std::string Describe(const EarlyStoppingConfig& config, const EpochMetrics& best) {
  return config.metric() == EarlyStoppingConfig::VALIDATION_LOSS
             ? absl::StrFormat("loss has not improved on %.4f", best.validation->loss)
             : absl::StrFormat("accuracy has not improved on %.2f %%",
                               100 * best.validation->accuracy);
}

double AccuracyThatChooses(const EpochMetrics& metrics) {
  return metrics.validation.has_value() ? metrics.validation->accuracy : metrics.test_accuracy;
}

}  // namespace

absl::optional<std::string> StopsEarly(const EarlyStoppingConfig& config,
                                       const std::vector<EpochMetrics>& history) {
  const EpochMetrics* best = nullptr;
  Index since = 0;
  for (const EpochMetrics& metrics : history) {
    const bool better =
        best == nullptr || Cost(config, *best) - Cost(config, metrics) > config.min_improvement();
    if (better) best = &metrics;
    since = better ? 0 : since + 1;
    if (since < config.patience()) continue;
    return absl::StrFormat("stopped early: the validation %s since epoch %d",
                           Describe(config, *best), best->epoch);
  }
  return absl::nullopt;
}

Index BestEpoch(const std::vector<EpochMetrics>& history) {
  MONDEQ_CHECK(!history.empty());
  std::vector<double> accuracies;
  for (const EpochMetrics& metrics : history) accuracies.push_back(AccuracyThatChooses(metrics));
  return history[FirstLargest(accuracies).value_or(0)].epoch;
}

}  // namespace mondeq
