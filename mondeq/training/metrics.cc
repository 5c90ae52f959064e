#include "mondeq/training/metrics.h"

#include <algorithm>
#include <cmath>

namespace mondeq {

void SolveTally::Add(const SolveStats& stats) {
  ++batches_;
  of_batches_ += stats.iterations;
  most_ = std::max<Index>(most_, stats.iterations);
  for (const SampleStats& sample : stats.samples) {
    ++samples_;
    of_samples_ += sample.iterations;
    unconverged_ += sample.termination == Termination::kConverged ? 0 : 1;
  }
}

SolveMetrics SolveTally::metrics() const {
  const auto batches = static_cast<double>(batches_), samples = static_cast<double>(samples_);
  return {static_cast<double>(of_batches_) / batches, static_cast<double>(of_samples_) / samples,
          static_cast<double>(most_), static_cast<double>(unconverged_) / samples};
}

absl::optional<std::size_t> FirstLargest(const std::vector<double>& values) {
  absl::optional<std::size_t> first;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i]) && (!first.has_value() || values[i] > values[*first])) first = i;
  }
  return first;
}

}  // namespace mondeq
