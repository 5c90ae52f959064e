#include "mondeq/device/norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mondeq {
namespace {

// Whether a sum of squares has lost none that count: a float's are always in the range of a double,
// and what a sum above 1e-280 has lost is too small to count in it. A NaN is what it is.
bool IsWhole(DType dtype, double sum) {
  return dtype == DType::kFloat32 || std::isnan(sum) || (sum >= 1e-280 && std::isfinite(sum));
}

// By what columns are multiplied whose squares were lost: those below 1e-139, and above 1e139, have
// squares in the range of a double then.
constexpr double kUp = 0x1p800, kDown = 0x1p-800;

// The norms of the columns of factor x, divided by factor; `work` is of the shape of x.
std::vector<double> ScaledNorms(Device& device, const Tensor& x, double factor,
                                const Tensor& work) {
  std::vector<double> norms;
  device.Axpby(factor, x, 0, work);
  device.SquareColumns(work, &norms);
  for (double& norm : norms) norm = std::sqrt(norm) / factor;
  return norms;
}

}  // namespace

double Norm(Device& device, const Tensor& x) {
  const double sum = device.Dot(x, x);
  if (IsWhole(x.dtype(), sum)) return std::sqrt(sum);
  std::vector<double> norms;
  ColumnNorms(device, x.View({x.size(), 1}), &norms);
  return norms.front();
}

void ColumnNorms(Device& device, const Tensor& x, std::vector<double>* norms) {
  device.SquareColumns(x, norms);
  Tensor work;
  std::vector<double> small, large;
  for (std::size_t l = 0; l < norms->size(); ++l) {
    double& norm = (*norms)[l];
    if (IsWhole(x.dtype(), norm)) {
      norm = std::sqrt(norm);
      continue;
    }
    std::vector<double>& scaled = norm < 1 ? small : large;
    if (work.empty()) work = device.Allocate(x.dtype(), x.shape());
    if (scaled.empty()) scaled = ScaledNorms(device, x, norm < 1 ? kUp : kDown, work);
    norm = scaled[l];
  }
}

}  // namespace mondeq
