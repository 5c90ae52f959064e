// Transforms of lines against the definition of the discrete Fourier transform.
#include <cmath>

#include "mondeq/device/cpu/kernels/fft_plan.h"
#include "mondeq/device/cpu/kernels/kernels_testing.h"

namespace mondeq {
namespace {

using FftTest = KernelsTest;

template <class T>
void CheckTransform(const Kernels<T>& kernels, Index n, bool inverse, const Matrix& x,
                    double tolerance) {
  const FftTables<T> tables(n);
  Array<T> in(n * kPoint), out(2 * n * kPoint), scratch(2 * n * kPoint);
  PutPoints(x, 1, in.data());
  kernels.fft(tables.plan(), {in.data(),
                              kPoint,
                              out.data(),
                              2 * kPoint,
                              inverse,
                              T(0.5),
                              scratch.data(),
                              {in.data(), in.data()},
                              kPoint});
  const double sign = inverse ? 2 * M_PI : -2 * M_PI;
  const Matrix dft = Matrix::NullaryExpr(n, n, [&](Index k, Index j) {
    return std::polar(0.5, sign * static_cast<double>(j * k % n) / static_cast<double>(n));
  });
  Matrix found(n, kGroup);
  for (Index k = 0; k < n; ++k) found.row(k) = GetPoints(out.data() + 2 * k * kPoint, 1, 1);
  EXPECT_LE(Error(found, dft * x), tolerance) << n;
  EXPECT_TRUE(in.GuardsHold() && out.GuardsHold() && scratch.GuardsHold()) << n;
}

// Lengths with every codelet, with and without twiddles, and with factors that have none.
TEST_P(FftTest, TransformsAreDiscreteFourierTransforms) {
  std::vector<Index> sizes = {45, 48, 49, 50, 60, 64, 77, 90, 100, 144, 226, 240};
  for (Index n = 1; n <= 40; ++n) sizes.push_back(n);
  for (Index n : sizes) {
    const Matrix x = Values(n, kGroup);
    // Rounding grows with log n by codelets, and with n where a factor is transformed by the
    // definition.
    const double growth = static_cast<double>(n + 8);
    for (bool inverse : {false, true}) {
      CheckTransform(GetKernels<float>(GetParam()), n, inverse, x, growth * Epsilon<float>());
      CheckTransform(GetKernels<double>(GetParam()), n, inverse, x, growth * Epsilon<double>());
    }
  }
}

MONDEQ_FOR_EVERY_ISA(FftTest);

}  // namespace
}  // namespace mondeq
