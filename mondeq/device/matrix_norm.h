// The spectral norm of a matrix in host memory.
#ifndef MONDEQ_DEVICE_MATRIX_NORM_H_
#define MONDEQ_DEVICE_MATRIX_NORM_H_

#include <cmath>
#include <complex>
#include <vector>

#include "Eigen/Core"
#include "mondeq/core/features.h"
#include "mondeq/device/bidiagonal.h"

namespace mondeq {

// ||M||_2 to about 1e-3, from below.
template <class T>
double MatrixNorm(const Eigen::Matrix<std::complex<T>, Eigen::Dynamic, Eigen::Dynamic>& matrix) {
  using Vector = Eigen::Matrix<std::complex<T>, Eigen::Dynamic, 1>;
  Vector v = Vector::NullaryExpr(matrix.cols(), [](Index i) {
    return std::polar(T{1}, static_cast<T>(2.3999632297 * static_cast<double>(i * i)));
  });
  v.normalize();
  Vector u = Vector::Zero(matrix.rows()), next(matrix.cols());
  Bidiagonal bidiagonal;
  // Vectors are divided by products, since a quotient of complex numbers squares the divisor.
  for (T alpha = 0, beta = 0;;) {
    u = (matrix * v - beta * u).eval();
    alpha = u.stableNorm();
    if (alpha > 0) u *= T{1} / alpha;
    next.noalias() = matrix.adjoint() * u;
    v = next - alpha * v;
    beta = v.stableNorm();
    if (bidiagonal.Add(static_cast<double>(alpha), static_cast<double>(beta))) break;
    v *= T{1} / beta;
  }
  return bidiagonal.estimate();
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
