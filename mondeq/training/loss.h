// The mean softmax cross-entropy of a batch,
//   l     = 1/batch sum_s (log sum_c exp y[c, s] - y[label_s, s]),
//   dl/dy = 1/batch (softmax(y) - onehot),
// for logits y [classes, batch] and labels [batch]. It is stable for logits of any size.
#ifndef MONDEQ_TRAINING_LOSS_H_
#define MONDEQ_TRAINING_LOSS_H_

#include <vector>

#include "mondeq/device/device.h"
#include "mondeq/device/scratch.h"

namespace mondeq {

class CrossEntropy {
 public:
  struct Result {
    // The mean over the batch. It is finite for finite logits of float32, and
    // NaN if a logit is not finite.
    double loss = 0;
    // Samples whose largest logit is the label's (the first of equals counts).
    Index correct = 0;
  };

  explicit CrossEntropy(Device* device) : device_(*device) {}

  // The labels are int32, each in 0 .. classes - 1. Writes dl/dlogits if `dlogits` is not null;
  // this may be the logits themselves.
  Result Compute(const Tensor& logits, const Tensor& labels, const Tensor* dlogits);

 private:
  Device& device_;
  Scratch per_sample_;
  std::vector<double> sums_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_LOSS_H_
