#include "mondeq/report/classification.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "mondeq/core/status.h"
#include "mondeq/model/softmax.h"

namespace mondeq {

ClassifiedSample Classify(const std::vector<double>& logits, Index label) {
  const auto classes = static_cast<Index>(logits.size());
  MONDEQ_CHECK(label >= 0 && label < classes);
  ClassifiedSample sample;
  sample.label = label;
  sample.predicted = std::max_element(logits.begin(), logits.end()) - logits.begin();
  sample.probabilities.resize(logits.size());
  Softmax(classes, logits.data(), sample.probabilities.data());
  sample.confidence = sample.probabilities[static_cast<std::size_t>(sample.predicted)];
  const double largest = logits[static_cast<std::size_t>(sample.predicted)];
  // Of a sample that is nearly certain this is all that is left beside 1.
  double beside = 0;
  for (Index c = 0; c < classes; ++c) {
    if (c != sample.predicted) beside += std::exp(logits[static_cast<std::size_t>(c)] - largest);
  }
  sample.loss = std::log1p(beside) + (largest - logits[static_cast<std::size_t>(label)]);
  return sample;
}

Interval WilsonInterval(Index hits, Index count) {
  MONDEQ_CHECK(count > 0 && hits >= 0 && hits <= count);
  // The 97.5 % quantile of the normal distribution.
  constexpr double z = 1.959963984540054;
  const auto n = static_cast<double>(count);
  const double p = static_cast<double>(hits) / n, zz = z * z / n;
  const double middle = (p + zz / 2) / (1 + zz);
  const double radius = z * std::sqrt(p * (1 - p) / n + zz / (4 * n)) / (1 + zz);
  // What was seen is within, rounding or not.
  return {std::clamp(middle - radius, 0.0, p), std::clamp(middle + radius, p, 1.0)};
}

void Classification::Add(const ClassifiedSample& sample) {
  const bool right = sample.predicted == sample.label;
  ++samples_;
  ++of_class_[static_cast<std::size_t>(sample.label)].support;
  ++of_class_[static_cast<std::size_t>(sample.predicted)].predicted;
  ++confusion_[{sample.label, sample.predicted}];
  const int above = static_cast<int>(std::ceil(sample.confidence * kBins));
  CalibrationBin& bin = bins_[static_cast<std::size_t>(std::clamp(above, 1, kBins) - 1)];
  ++bin.count;
  bin.confidence += sample.confidence;
  if (!right) return;
  ++right_;
  ++of_class_[static_cast<std::size_t>(sample.label)].right;
  ++bin.right;
}

Index Classification::CountOf(Index label, Index predicted) const {
  const auto found = confusion_.find({label, predicted});
  return found == confusion_.end() ? 0 : found->second;
}

std::vector<Classification::Mistake> Classification::Mistakes() const {
  std::vector<Mistake> mistakes;
  for (const auto& [pair, count] : confusion_) {
    if (pair.first != pair.second) mistakes.push_back({pair.first, pair.second, count});
  }
  std::stable_sort(mistakes.begin(), mistakes.end(),
                   [](const Mistake& a, const Mistake& b) { return a.count > b.count; });
  return mistakes;
}

double Classification::calibration_error() const {
  MONDEQ_CHECK(samples_ > 0);
  double sum = 0;
  for (const CalibrationBin& bin : bins_) {
    sum += std::abs(static_cast<double>(bin.right) - bin.confidence);
  }
  return sum / static_cast<double>(samples_);
}

}  // namespace mondeq
