// The probabilities that logits stand for.
#ifndef MONDEQ_MODEL_SOFTMAX_H_
#define MONDEQ_MODEL_SOFTMAX_H_

#include <algorithm>
#include <cmath>

#include "mondeq/core/features.h"

namespace mondeq {

// to = softmax(from), of one sample's logits [classes]; they may be the same.
inline void Softmax(Index classes, const double* from, double* to) {
  const double largest = *std::max_element(from, from + classes);
  double sum = 0;
  for (Index c = 0; c < classes; ++c) sum += to[c] = std::exp(from[c] - largest);
  for (Index c = 0; c < classes; ++c) to[c] /= sum;
}

}  // namespace mondeq

#endif  // MONDEQ_MODEL_SOFTMAX_H_
