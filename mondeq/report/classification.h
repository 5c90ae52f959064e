// How well samples are classified, from the logits and the label of each, and how far their
// confidence can be believed.
#ifndef MONDEQ_REPORT_CLASSIFICATION_H_
#define MONDEQ_REPORT_CLASSIFICATION_H_

#include <array>
#include <map>
#include <utility>
#include <vector>

#include "absl/types/optional.h"
#include "mondeq/core/features.h"

namespace mondeq {

// What the logits of one sample say.
struct ClassifiedSample {
  Index label = 0;
  // The class of the largest logit, the first of equals, as the accuracy counts it (loss.h).
  Index predicted = 0;
  // softmax(logits), and that of the predicted class.
  std::vector<double> probabilities;
  double confidence = 0;
  // -log of the label's probability: finite, and exact where that rounds to 0 or 1.
  double loss = 0;
};
// Logits are finite, [classes]; 0 <= label < classes.
ClassifiedSample Classify(const std::vector<double>& logits, Index label);

struct Interval {
  double low = 0, high = 0;
};
// The 95 % confidence interval of a share of which `hits` of `count` > 0 samples were seen: all p
// with |hits / count - p| <= 1.96 sqrt(p (1 - p) / count) (E. B. Wilson, JASA 22, 1927). It is
// about the samples being drawn at random, and not about how weights were trained.
Interval WilsonInterval(Index hits, Index count);

// What the predictions of a class are worth. Absent is what nothing is divided by.
struct ClassMetrics {
  // Samples of this label, samples predicted to be of it, and those that are both.
  Index support = 0, predicted = 0, right = 0;

  absl::optional<double> precision() const { return Share(right, predicted); }
  absl::optional<double> recall() const { return Share(right, support); }
  // Their harmonic mean.
  absl::optional<double> f1() const { return Share(2 * right, predicted + support); }

 private:
  static absl::optional<double> Share(Index part, Index whole) {
    if (whole == 0) return absl::nullopt;
    return static_cast<double>(part) / static_cast<double>(whole);
  }
};

// Samples of about the same confidence.
struct CalibrationBin {
  Index count = 0, right = 0;
  // The sum of their confidences.
  double confidence = 0;
};

// Where there are more classes whole tables are not for reading.
inline constexpr Index kMostClassesInTables = 20;

// Adds samples up. It keeps a number for every class, every bin, and every pair of label and
// prediction that was seen.
class Classification {
 public:
  // As in C. Guo, G. Pleiss, Y. Sun, K. Weinberger, On Calibration of Modern Neural Networks, ICML
  // 2017.
  static constexpr int kBins = 15;

  explicit Classification(Index classes) : of_class_(static_cast<std::size_t>(classes)) {}

  void Add(const ClassifiedSample& sample);

  Index classes() const { return static_cast<Index>(of_class_.size()); }
  Index samples() const { return samples_; }
  Index right() const { return right_; }
  const ClassMetrics& of_class(Index label) const {
    return of_class_[static_cast<std::size_t>(label)];
  }
  // How many samples of a label (first) were predicted to be of a class (second), where there are
  // any. This is the confusion matrix.
  const std::map<std::pair<Index, Index>, Index>& confusion() const { return confusion_; }
  Index CountOf(Index label, Index predicted) const;

  struct Mistake {
    Index label = 0, predicted = 0, count = 0;
  };
  // Those that were made, the most frequent first.
  std::vector<Mistake> Mistakes() const;

  // Bin b has the samples of confidences in (b / kBins, (b + 1) / kBins].
  const std::array<CalibrationBin, kBins>& bins() const { return bins_; }
  // The expected calibration error, sum_b count_b / samples |accuracy_b - mean confidence_b|
  // (equation 3 there). There must be a sample.
  double calibration_error() const;

 private:
  Index samples_ = 0, right_ = 0;
  std::vector<ClassMetrics> of_class_;
  std::map<std::pair<Index, Index>, Index> confusion_;
  std::array<CalibrationBin, kBins> bins_ = {};
};

}  // namespace mondeq

#endif  // MONDEQ_REPORT_CLASSIFICATION_H_
