#include "mondeq/report/reported_run.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace mondeq {

std::vector<Index> WorstSamples(const Predictions& predictions) {
  const std::vector<Prediction>& samples = predictions.samples;
  std::vector<Index> worst(samples.size());
  std::iota(worst.begin(), worst.end(), 0);
  const auto shown =
      worst.begin() + static_cast<std::ptrdiff_t>(std::min(kWorstSamples, worst.size()));
  // Of equals the first, so that the page is the same every time.
  std::partial_sort(worst.begin(), shown, worst.end(), [&](Index a, Index b) {
    const double loss_a = samples[static_cast<std::size_t>(a)].loss,
                 loss_b = samples[static_cast<std::size_t>(b)].loss;
    return loss_a != loss_b ? loss_a > loss_b : a < b;
  });
  worst.erase(shown, worst.end());
  return worst;
}

}  // namespace mondeq
