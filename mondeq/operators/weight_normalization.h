// Weight normalisation: the effective weight is scale E, E = K / ||K||_F over the whole array K,
// with a trained scalar scale; without a scale it is K itself.
//
// E is the gradient of ||K||_F, which at K = 0 has none, and E, let alone the E'E of W, no limit:
// it keeps the direction from which K comes. There E is 0, the subgradient of least norm and the
// only value that keeps E odd in K. So weights that are zero, as those that were pruned, mean that
// their term is not there: W loses A'A or B - B', which leaves I - W strongly monotone. The
// gradients of K and scale are then zero too, and training leaves the term away. A norm below the
// least normal number of the type counts as zero.
#ifndef MONDEQ_OPERATORS_WEIGHT_NORMALIZATION_H_
#define MONDEQ_OPERATORS_WEIGHT_NORMALIZATION_H_

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
  double EffectiveNorm(Device& device) const;

  // Adds to the gradients of the parameters, given G, that of the effective weight: with n =
  // ||K||_F,
  //   dscale = <E, G>,  dK = scale / n (G - E <E, G>).
  void AccumulateGradient(Device& device, const Tensor& gradient);

 private:
  Parameter* weight_ = nullptr;
  Parameter* scale_ = nullptr;
  Scratch value_;
  // 0 where K counts as zero.
  double norm_ = 1;
  double scale_value_ = 1;
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_WEIGHT_NORMALIZATION_H_
