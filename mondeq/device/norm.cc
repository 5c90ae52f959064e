#include "mondeq/device/norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mondeq {
namespace {

// The norm as max |x| times that of x / max |x|, whose squares neither over- nor underflow.
double ScaledNorm(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  if (largest == 0 || !std::isfinite(largest)) return largest;
  double sum = 0;
  for (const double value : values) {
    const double ratio = value / largest;
    sum += ratio * ratio;
  }
  return largest * std::sqrt(sum);
}

}  // namespace

double Norm(Device& device, const Tensor& x) {
  // Elements whose squares a sum above this has lost are too small to count in it.
  constexpr double kSmallest = 1e-280;
  const double sum = device.Dot(x, x);
  // A float's square is always in the range of a double.
  const bool in_range = x.dtype() == DType::kFloat32 || (sum >= kSmallest && std::isfinite(sum));
  if (in_range || std::isnan(sum)) return std::sqrt(sum);
  std::vector<double> values(static_cast<std::size_t>(x.size()));
  device.CopyToHost(x, values.data());
  return ScaledNorm(values);
}

}  // namespace mondeq
