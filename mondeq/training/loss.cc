#include "mondeq/training/loss.h"

#include <cmath>
#include <cstdint>

#include "mondeq/device/for_each.h"

namespace mondeq {
namespace {

// Computes sample s: its loss goes to results[2 s], and 1 or 0 for right or wrong to
// results[2 s + 1].
template <class T>
struct SampleLoss {
  Index classes, batch, samples;
  const T* logits;
  const std::int32_t* labels;
  // Doubles, because a difference of logits may be beyond T.
  double* results;
  T* dlogits;  // or null

  MONDEQ_HOST_DEVICE void operator()(Index s) const {
    using std::exp;
    using std::log1p;
    Index largest = 0;
    for (Index c = 1; c < classes; ++c) {
      if (logits[c * batch + s] > logits[largest * batch + s]) largest = c;
    }
    const T shift = logits[largest * batch + s], chosen = logits[labels[s] * batch + s];
    // The sums of exp but for the largest logit and but for the chosen one: of a sample that is
    // nearly certain they are all that is left beside 1. `zero` becomes NaN where a logit is not
    // finite, -infinity included, whose exp is 0.
    T beside_largest = 0, beside_chosen = 0, zero = 0;
    for (Index c = 0; c < classes; ++c) {
      const T e = exp(logits[c * batch + s] - shift);
      if (c != largest) beside_largest += e;
      if (c != labels[s]) beside_chosen += e;
      zero += T{0} * logits[c * batch + s];
    }
    const double margin = static_cast<double>(shift) - static_cast<double>(chosen);
    results[2 * s] = static_cast<double>(log1p(beside_largest) + zero) + margin;
    results[2 * s + 1] = largest == labels[s] ? 1 : 0;
    if (dlogits == nullptr) return;
    const T factor = T{1} / static_cast<T>(samples) / (T{1} + beside_largest);
    for (Index c = 0; c < classes; ++c) {
      dlogits[c * batch + s] =
          c == labels[s] ? -factor * beside_chosen : factor * exp(logits[c * batch + s] - shift);
    }
  }
};

}  // namespace

CrossEntropy::Result CrossEntropy::Compute(const Tensor& logits, const Tensor& labels,
                                           Index samples, const Tensor* dlogits) {
  const Index classes = logits.rows(), batch = logits.columns();
  MONDEQ_CHECK(labels.size() == batch && batch > 0 && samples >= batch);
  const Tensor& results = per_sample_.Get(device_, DType::kFloat64, {batch, 2});
  DispatchFloat(logits.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEach(
        device_, batch,
        SampleLoss<T>{classes, batch, samples, logits.data<T>(), labels.data<std::int32_t>(),
                      results.data<double>(), dlogits == nullptr ? nullptr : dlogits->data<T>()});
  });
  device_.SumColumns(results, &sums_);
  return {sums_[0] / static_cast<double>(samples), sums_[1] > 0 ? static_cast<Index>(sums_[1]) : 0};
}

}  // namespace mondeq
