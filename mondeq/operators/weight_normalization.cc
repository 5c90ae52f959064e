#include "mondeq/operators/weight_normalization.h"

#include <cmath>
#include <limits>

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
  const bool in_range = DispatchFloat(x.dtype(), [&](auto zero) {
    using Limits = std::numeric_limits<decltype(zero)>;
    const double factor = std::abs(scale / norm);
    return factor == 0 || (factor >= Limits::min() && factor <= Limits::max());
  });
  if (in_range) return device.Axpby(scale / norm, x, 0, y);
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
  const double smallest = DispatchFloat(k.dtype(), [](auto zero) {
    return static_cast<double>(std::numeric_limits<decltype(zero)>::min());
  });
  if (norm_ < smallest) {
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
