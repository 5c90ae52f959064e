#include "mondeq/operators/weight_normalization.h"

#include <cmath>

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

}  // namespace

void WeightNormalization::Refresh(Device& device) {
  if (scale_ == nullptr) return;
  const Tensor& k = weight_->value;
  norm_ = std::sqrt(device.Dot(k, k));
  scale_value_ = ReadScalar(device, scale_->value);
  device.Axpby(scale_value_ / norm_, k, 0, value_.Get(device, k.dtype(), k.shape()));
}

void WeightNormalization::AccumulateGradient(Device& device, const Tensor& gradient) {
  if (scale_ == nullptr) return device.Axpby(1, gradient, 1, weight_->gradient);
  const Tensor& k = weight_->value;
  const double projection = device.Dot(k, gradient) / norm_;
  AddScalar(device, projection, scale_->gradient);
  device.Axpby(scale_value_ / norm_, gradient, 1, weight_->gradient);
  device.Axpby(-scale_value_ * projection / (norm_ * norm_), k, 1, weight_->gradient);
}

}  // namespace mondeq
