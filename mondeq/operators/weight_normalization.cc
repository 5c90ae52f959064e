#include "mondeq/operators/weight_normalization.h"

#include <cmath>

#include "mondeq/device/norm.h"

namespace mondeq {
namespace {

double ReadScalar(Device& device, const Tensor& x) {
  return DispatchFloat(x.dtype(), [&](auto value) {
    device.CopyToHost(x, &value);
    return static_cast<double>(value);
  });
}

void AddScalar(Device& device, double add, const Tensor& x) {
  DispatchFloat(x.dtype(), [&](auto value) {
    device.CopyToHost(x, &value);
    value += static_cast<decltype(value)>(add);
    device.CopyFromHost(&value, x);
  });
}

// y = scale / norm x, also where the quotient is out of the type's range and y is not.
void Rescale(Device& device, double scale, double norm, const Tensor& x, const Tensor& y) {
  const FloatLimits limits = LimitsOf(x.dtype());
  const double factor = std::abs(scale / norm);
  if (factor == 0 || (factor >= limits.least && factor <= limits.most))
    return device.Axpby(scale / norm, x, 0, y);
  // Of x the norm is `norm`, then its root, then 1.
  const double root = std::sqrt(norm);
  device.Axpby(1 / root, x, 0, y);
  device.Axpby(1 / root, y, 0, y);
  device.Axpby(scale, y, 0, y);
}

}  // namespace

void WeightNormalization::Refresh(Device& device) {
  if (scale_ == nullptr) return;
  const Tensor& k = weight_->value;
  const Tensor& value = value_.Get(device, k.dtype(), k.shape());
  norm_ = Norm(device, k);
  scale_value_ = ReadScalar(device, scale_->value);
  if (norm_ < LimitsOf(k.dtype()).least) {
    norm_ = 0;
    return device.Fill(0, value);
  }
  Rescale(device, scale_value_, norm_, k, value);
}

double WeightNormalization::EffectiveNorm(Device& device) const { return Norm(device, value()); }

void WeightNormalization::AccumulateGradient(Device& device, const Tensor& gradient) {
  if (scale_ == nullptr) return device.Axpby(1, gradient, 1, weight_->gradient);
  if (norm_ == 0) return;
  const double projection = device.Dot(weight_->value, gradient) / norm_;
  AddScalar(device, projection, scale_->gradient);
  device.Axpby(scale_value_ / norm_, gradient, 1, weight_->gradient);
  device.Axpby(-projection / norm_, value(), 1, weight_->gradient);
}

}  // namespace mondeq
