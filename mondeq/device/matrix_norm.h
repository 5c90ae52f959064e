// The spectral norm of a matrix in host memory.
#ifndef MONDEQ_DEVICE_MATRIX_NORM_H_
#define MONDEQ_DEVICE_MATRIX_NORM_H_

#include <cmath>
#include <complex>
#include <vector>

#include "Eigen/Core"
#include "mondeq/core/features.h"

namespace mondeq {

// ||M||_2 by power iteration on M^H M, from below.
template <class T>
double MatrixNorm(const Eigen::Matrix<std::complex<T>, Eigen::Dynamic, Eigen::Dynamic>& matrix) {
  using Vector = Eigen::Matrix<std::complex<T>, Eigen::Dynamic, 1>;
  constexpr int kMaxSteps = 300;
  Vector x = Vector::NullaryExpr(matrix.cols(), [](Index i) {
    return std::polar(T{1}, static_cast<T>(2.3999632297 * static_cast<double>(i * i)));
  });
  double estimate = 0;
  for (int step = 0; step < kMaxSteps; ++step) {
    x.normalize();
    x = (matrix.adjoint() * (matrix * x).eval()).eval();
    const double next = std::sqrt(static_cast<double>(x.norm()));
    const bool settled = std::abs(next - estimate) <= 1e-6 * next;
    estimate = next;
    if (settled) break;
  }
  return estimate;
}

// The largest norm, or NaN if one is: once taken it stays, since no comparison with it is true.
inline double LargestOrNan(const std::vector<double>& norms) {
  double largest = 0;
  for (double norm : norms) {
    if (std::isnan(norm) || norm > largest) largest = norm;
  }
  return largest;
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_MATRIX_NORM_H_
