// Scratch: a tensor that a module keeps between calls. It grows when a larger batch comes and never
// shrinks, so that steps after the first allocate nothing.
#ifndef MONDEQ_DEVICE_SCRATCH_H_
#define MONDEQ_DEVICE_SCRATCH_H_

#include "mondeq/device/device.h"

namespace mondeq {

class Scratch {
 public:
  // An uninitialised tensor of this type and shape; what an earlier Get returned becomes invalid.
  // `source` is a Device, or what else allocates tensors.
  template <class Source>
  const Tensor& Get(Source& source, DType dtype, Shape shape) {
    if (memory_.empty() || memory_.dtype() != dtype || memory_.size() < shape.size()) {
      memory_ = source.Allocate(dtype, {shape.size()});
    }
    tensor_ = memory_.View(shape);
    return tensor_;
  }

  // The tensor that the last Get returned.
  const Tensor& get() const { return tensor_; }

 private:
  Tensor memory_;
  Tensor tensor_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_SCRATCH_H_
