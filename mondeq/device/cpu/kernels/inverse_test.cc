// Complex inverses against Eigen's.
#include <cmath>
#include <limits>

#include "Eigen/LU"
#include "mondeq/device/cpu/kernels/kernels_testing.h"

namespace mondeq {
namespace {

using InverseTest = KernelsTest;

template <class T>
void CheckInverse(const Kernels<T>& kernels, const Matrix& matrix, double tolerance) {
  const Index n = matrix.rows(), stride = (n + kGroup - 1) / kGroup * kGroup;
  Array<T> values(2 * n * stride), scratch(ComplexInverseScratch(n, stride));
  // Columns beyond n may hold anything, also numbers that make a processor slow.
  for (Index i = 0; i < 2 * n * stride; ++i) values[i] = std::numeric_limits<T>::min() / 4;
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      values[i * stride + j] = static_cast<T>(matrix(i, j).real());
      values[(n + i) * stride + j] = static_cast<T>(matrix(i, j).imag());
    }
  }
  kernels.complex_inverse({n, stride, values.data(), values.data() + n * stride, scratch.data()});
  const Matrix found = Matrix::NullaryExpr(n, n, [&](Index i, Index j) {
    return Complex(values[i * stride + j], values[(n + i) * stride + j]);
  });
  EXPECT_LE(Error(found, matrix.partialPivLu().inverse()), tolerance) << n;
  for (Index i = 0; i < 2 * n; ++i) {
    for (Index j = n; j < stride; ++j) EXPECT_EQ(values[i * stride + j], T{0}) << n;
  }
  EXPECT_TRUE(values.GuardsHold() && scratch.GuardsHold());
}

// I + alpha (I - W): the identity, a Gram matrix and a skew-Hermitian one.
TEST_P(InverseTest, InversesOfMatricesWithPositiveHermitianPart) {
  for (Index n : {1, 2, 3, 15, 16, 17, 31, 33, 48, 81}) {
    const double scale = 1 / std::sqrt(static_cast<double>(n));
    const Matrix a = scale * Values(n, n), b = 2 * scale * Values(n, n);
    const Matrix matrix =
        (Matrix::Identity(n, n) + a.adjoint() * a + b - b.adjoint())
            .unaryExpr([](const Complex& x) { return Complex(Round(x.real()), Round(x.imag())); });
    // The condition number is below 20 here.
    CheckInverse(GetKernels<float>(GetParam()), matrix, 100 * Epsilon<float>());
    CheckInverse(GetKernels<double>(GetParam()), matrix, 100 * Epsilon<double>());
  }
}

MONDEQ_FOR_EVERY_ISA(InverseTest);

}  // namespace
}  // namespace mondeq
