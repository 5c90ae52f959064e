// Weight normalisation: the effective weight is scale K / ||K||_F over the whole array K, with a
// trained scalar scale; without a scale it is K itself.
#ifndef MONDEQ_OPERATORS_WEIGHT_NORMALIZATION_H_
#define MONDEQ_OPERATORS_WEIGHT_NORMALIZATION_H_

#include <cmath>

#include "mondeq/device/device.h"
#include "mondeq/device/parameters.h"
#include "mondeq/device/scratch.h"

namespace mondeq {

class WeightNormalization {
 public:
  WeightNormalization() = default;
  explicit WeightNormalization(Parameter* weight) : weight_(weight) {}

  // A parameter of shape [1] turns the normalisation on.
  void set_scale(Parameter* scale) { scale_ = scale; }

  // Computes the effective weight from the parameters.
  void Refresh(Device& device);
  // The effective weight that the last Refresh computed.
  const Tensor& value() const { return scale_ == nullptr ? weight_->value : value_.get(); }

  // The Frobenius norm of the effective weight.
  double Norm(Device& device) const { return std::sqrt(device.Dot(value(), value())); }

  // Adds to the gradients of the parameters, given G, that of the effective weight: with n =
  // ||K||_F and E = K / n,
  //   dscale = <E, G>,  dK = scale / n (G - E <E, G>).
  void AccumulateGradient(Device& device, const Tensor& gradient);

 private:
  Parameter* weight_ = nullptr;
  Parameter* scale_ = nullptr;
  Scratch value_;
  double norm_ = 1;
  double scale_value_ = 1;
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_WEIGHT_NORMALIZATION_H_
