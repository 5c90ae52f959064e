// The mean softmax cross-entropy of a batch,
//   l     = 1/N sum_s (log sum_c exp y[c, s] - y[label_s, s]),
//   dl/dy = 1/N (softmax(y) - onehot),
// for logits y [classes, batch] and labels [batch]; N is the batch or, where this is a part of a
// larger one, all of that, so that the l of its parts add up to its mean. It is stable for logits
// of any size.
#ifndef MONDEQ_TRAINING_LOSS_H_
#define MONDEQ_TRAINING_LOSS_H_

#include <vector>

#include "mondeq/device/device.h"
#include "mondeq/device/scratch.h"

namespace mondeq {

class CrossEntropy {
 public:
  struct Result {
    // l. It is finite for finite logits of float32, and NaN if a logit is not finite.
    double loss = 0;
    // Samples whose largest logit is the label's (the first of equals counts).
    Index correct = 0;
  };

  explicit CrossEntropy(Device* device) : device_(*device) {}

  // The labels are int32, each in 0 .. classes - 1. Writes dl/dlogits if `dlogits` is not null;
  // this may be the logits themselves.
  Result Compute(const Tensor& logits, const Tensor& labels, const Tensor* dlogits) {
    return Compute(logits, labels, labels.size(), dlogits);
  }
  // The same of a part of `samples` samples.
  Result Compute(const Tensor& logits, const Tensor& labels, Index samples, const Tensor* dlogits);

 private:
  Device& device_;
  Scratch per_sample_;
  std::vector<double> sums_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_LOSS_H_
