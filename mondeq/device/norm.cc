#include "mondeq/device/norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mondeq {
namespace {

// The norm of every step-th of `count` values as max |x| times that of x / max |x|, whose squares
// neither over- nor underflow.
double ScaledNorm(const double* values, Index count, Index step) {
  double largest = 0;
  for (Index i = 0; i < count; ++i) largest = std::max(largest, std::abs(values[i * step]));
  if (largest == 0 || !std::isfinite(largest)) return largest;
  double sum = 0;
  for (Index i = 0; i < count; ++i) {
    const double ratio = values[i * step] / largest;
    sum += ratio * ratio;
  }
  return largest * std::sqrt(sum);
}

// Whether a sum of squares has lost none that count: a float's are always in the range of a double,
// and what a sum above 1e-280 has lost is too small to count in it. A NaN is what it is.
bool IsWhole(DType dtype, double sum) {
  return dtype == DType::kFloat32 || std::isnan(sum) || (sum >= 1e-280 && std::isfinite(sum));
}

std::vector<double> OnHost(Device& device, const Tensor& x) {
  std::vector<double> values(static_cast<std::size_t>(x.size()));
  device.CopyToHost(x, values.data());
  return values;
}

}  // namespace

double Norm(Device& device, const Tensor& x) {
  const double sum = device.Dot(x, x);
  if (IsWhole(x.dtype(), sum)) return std::sqrt(sum);
  return ScaledNorm(OnHost(device, x).data(), x.size(), 1);
}

void ColumnNorms(Device& device, const Tensor& x, std::vector<double>* norms) {
  device.SquareColumns(x, norms);
  std::vector<double> values;
  for (std::size_t l = 0; l < norms->size(); ++l) {
    double& norm = (*norms)[l];
    if (IsWhole(x.dtype(), norm)) {
      norm = std::sqrt(norm);
      continue;
    }
    if (values.empty()) values = OnHost(device, x);
    norm = ScaledNorm(values.data() + l, x.rows(), x.columns());
  }
}

}  // namespace mondeq
