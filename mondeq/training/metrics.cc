#include "mondeq/training/metrics.h"

#include <algorithm>
#include <cmath>

namespace mondeq {

BatchSolves::BatchSolves(const SolveStats& stats) : most(stats.iterations) {
  for (const SampleStats& sample : stats.samples) {
    ++samples;
    of_samples += sample.iterations;
    unconverged += sample.termination == Termination::kConverged ? 0 : 1;
  }
}

void SolveTally::Add(const BatchSolves& solves) {
  ++batches_;
  of_batches_ += solves.most;
  most_ = std::max(most_, solves.most);
  samples_ += solves.samples;
  of_samples_ += solves.of_samples;
  unconverged_ += solves.unconverged;
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
