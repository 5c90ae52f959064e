// Every kernel against its definition in complex double arithmetic, for every instruction set that
// this processor has and both types.
#include "mondeq/device/cpu/kernels/kernels.h"

#include <algorithm>
#include <complex>
#include <limits>
#include <tuple>
#include <vector>

#include "Eigen/Core"
#include "Eigen/LU"
#include "gtest/gtest.h"
#include "mondeq/core/features.h"
#include "mondeq/core/random.h"
#include "mondeq/device/cpu/aligned_buffer.h"
#include "mondeq/device/cpu/kernels/fft_plan.h"

namespace mondeq {
namespace {

using Complex = std::complex<double>;
using Matrix = Eigen::MatrixXcd;

std::string IsaName(const testing::TestParamInfo<Isa>& info) { return ToString(info.param); }

class KernelsTest : public testing::TestWithParam<Isa> {
 protected:
  Matrix Values(Index rows, Index columns) {
    return Matrix::NullaryExpr(
        rows, columns, [&] { return Complex(Round(random_.Normal()), Round(random_.Normal())); });
  }
  // What float32 holds exactly, so that inputs carry no error.
  static double Round(double x) { return static_cast<double>(static_cast<float>(x)); }

  template <class T>
  static double Epsilon() {
    return static_cast<double>(std::numeric_limits<T>::epsilon());
  }

  Random random_{7};
};

// Aligned as kernels may expect, with guards that they must not touch.
template <class T>
class Array {
 public:
  explicit Array(Index size) : values_(buffer_.Get(size + 2 * kGuard)), size_(size) {
    std::fill_n(values_, size + 2 * kGuard, kUntouched);
  }
  T* data() const { return values_ + kGuard; }
  T& operator[](Index i) { return data()[i]; }
  bool GuardsHold() const {
    const auto untouched = [](T x) { return x == kUntouched; };
    return std::all_of(values_, values_ + kGuard, untouched) &&
           std::all_of(data() + size_, data() + size_ + kGuard, untouched);
  }

 private:
  static constexpr Index kGuard = 64;
  static constexpr T kUntouched = T{12345};
  AlignedBuffer<T> buffer_;
  T* values_;
  Index size_;
};

// Rows of `groups` points, in columns of 2 kGroup groups: lane l of group g is column kGroup g + l.
template <class T>
void PutPoints(const Matrix& x, Index groups, T* points) {
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index l = 0; l < groups * kGroup; ++l) {
      T* p = points + (i * groups + l / kGroup) * kPoint + l % kGroup;
      p[0] = static_cast<T>(x(i, l).real());
      p[kGroup] = static_cast<T>(x(i, l).imag());
    }
  }
}
template <class T>
Matrix GetPoints(const T* points, Index rows, Index groups) {
  return Matrix::NullaryExpr(rows, groups * kGroup, [&](Index i, Index l) {
    const T* p = points + (i * groups + l / kGroup) * kPoint + l % kGroup;
    return Complex(p[0], p[kGroup]);
  });
}

// A matrix of rows x columns blocks of m x n in panels.
template <class T>
std::vector<T> Panels(const Matrix& x, Index rows, Index m) {
  std::vector<T> panels;
  for (Index block = 0; block < rows; ++block) {
    for (Index row = 0; row < m; row += kPanel) {
      for (Index column = 0; column < x.cols(); ++column) {
        for (int part = 0; part < 2; ++part) {
          for (Index i = 0; i < kPanel; ++i) {
            const Complex value = row + i < m ? x(block * m + row + i, column) : 0;
            panels.push_back(static_cast<T>(part == 0 ? value.real() : value.imag()));
          }
        }
      }
    }
  }
  return panels;
}

double Error(const Matrix& found, const Matrix& expected) {
  return (found - expected).norm() / std::max(expected.norm(), 1e-300);
}

template <class T>
void CheckTransform(const Kernels<T>& kernels, Index n, bool inverse, const Matrix& x,
                    double tolerance) {
  const FftTables<T> tables(n);
  Array<T> in(n * kPoint), out(2 * n * kPoint), scratch(2 * n * kPoint);
  PutPoints(x, 1, in.data());
  kernels.fft(tables.plan(), {in.data(), kPoint, out.data(), 2 * kPoint, inverse, T(0.5),
                              scratch.data(), in.data(), kPoint});
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
TEST_P(KernelsTest, TransformsAreDiscreteFourierTransforms) {
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

struct ProductShape {
  Index rows, columns, m, n, groups;
  bool adjoint, own_negative;
};

// Blocks of points, of a frequency and its negative, in one array.
template <class T>
struct Blocks {
  Blocks(Index blocks, Index rows_in, Index groups_in)
      : rows(rows_in), groups(groups_in), values(2 * blocks * rows_in * groups_in * kPoint) {
    for (Index side = 0; side < 2; ++side) {
      for (Index block = 0; block < blocks; ++block)
        of[side][block] = values.data() + (side * blocks + block) * rows * groups * kPoint;
    }
  }
  void Put(Index side, const Matrix& x) {
    for (Index block = 0; block * rows < x.rows(); ++block)
      PutPoints<T>(x.middleRows(block * rows, rows), groups, of[side][block]);
  }
  Matrix Get(Index side, Index blocks) const {
    Matrix x(blocks * rows, groups * kGroup);
    for (Index block = 0; block < blocks; ++block)
      x.middleRows(block * rows, rows) = GetPoints(of[side][block], rows, groups);
    return x;
  }

  Index rows, groups;
  Array<T> values;
  T* of[2][4] = {};
};

template <class T>
void CheckProduct(const Kernels<T>& kernels, const ProductShape& s, const Matrix& matrix,
                  const Matrix (&x)[2], const Matrix (&y)[2], double epsilon) {
  const Index in = s.adjoint ? s.rows : s.columns, out = s.adjoint ? s.columns : s.rows;
  const Index in_rows = s.adjoint ? s.m : s.n, out_rows = s.adjoint ? s.n : s.m;
  const std::vector<T> panels = Panels<T>(matrix, s.rows, s.m);
  Blocks<T> from(in, in_rows, s.groups), to(out, out_rows, s.groups);
  Array<T> scratch(BlockProductScratch(s.rows * s.m, s.columns * s.n));
  for (Index side = 0; side < 2; ++side) {
    from.Put(side, x[side]);
    to.Put(side, y[side]);
  }
  BlockProduct<T> product = {};
  product.matrix = panels.data();
  product.rows = s.rows;
  product.columns = s.columns;
  product.m = s.m;
  product.n = s.n;
  product.adjoint = s.adjoint;
  product.x[0] = from.of[0];
  product.x[1] = s.own_negative ? nullptr : from.of[1];
  product.y[0] = to.of[0];
  product.y[1] = to.of[1];
  product.groups = s.groups;
  product.alpha = T(-1.5);
  product.beta = T(0.5);
  product.scratch = scratch.data();
  product.prefetch.Add(panels.data(), static_cast<std::int64_t>(panels.size() * sizeof(T)));
  kernels.block_product(product);
  for (Index side = 0; side < 2; ++side) {
    Matrix m = side == 0 ? matrix : Matrix(matrix.conjugate());
    if (s.adjoint) m.adjointInPlace();
    const bool done = side == 0 || !s.own_negative;
    const Matrix expected = done ? Matrix(-1.5 * m * x[side] + 0.5 * y[side]) : y[side];
    EXPECT_LE(Error(to.Get(side, out), expected), 64 * epsilon)
        << s.rows << "x" << s.columns << " blocks of " << s.m << "x" << s.n << ", " << s.groups
        << " groups, side " << side << (s.adjoint ? ", adjoint" : "");
  }
  EXPECT_TRUE(to.values.GuardsHold() && from.values.GuardsHold() && scratch.GuardsHold());
}

TEST_P(KernelsTest, BlockProductsAreProductsOfMatrices) {
  const std::tuple<Index, Index> blocks[] = {{1, 1}, {1, 4}, {4, 4}};
  for (const auto& [rows, columns] : blocks) {
    for (Index m : {1, 2, 3, 7, 8, 17}) {
      for (Index n : {1, 3, 8, 13}) {
        for (Index groups : {1, 2, 3}) {
          for (bool adjoint : {false, true}) {
            const ProductShape shape{rows, columns, m, n, groups, adjoint, groups == 2};
            const Matrix matrix = Values(rows * m, columns * n);
            const Index in = adjoint ? matrix.rows() : matrix.cols();
            const Index out = adjoint ? matrix.cols() : matrix.rows();
            const Matrix x[2] = {Values(in, groups * kGroup), Values(in, groups * kGroup)};
            const Matrix y[2] = {Values(out, groups * kGroup), Values(out, groups * kGroup)};
            CheckProduct(GetKernels<float>(GetParam()), shape, matrix, x, y, Epsilon<float>());
            CheckProduct(GetKernels<double>(GetParam()), shape, matrix, x, y, Epsilon<double>());
          }
        }
      }
    }
  }
}

template <class T>
void CheckVectorProduct(const Kernels<T>& kernels, const ProductShape& s, const Matrix& matrix,
                        const Matrix& x, const Matrix& y, double epsilon) {
  const Index in = s.adjoint ? s.rows : s.columns, out = s.adjoint ? s.columns : s.rows;
  const Index in_rows = s.adjoint ? s.m : s.n, out_rows = s.adjoint ? s.n : s.m;
  const std::vector<T> panels = Panels<T>(matrix, s.rows, s.m);
  const auto points = [](Index rows) { return (rows + kGroup - 1) / kGroup * kPoint; };
  const auto place = [](Index row) { return row / kGroup * kPoint + row % kGroup; };
  Array<T> from(in * points(in_rows)), to(out * points(out_rows));
  Array<T> scratch(BlockVectorProductScratch(s.rows * s.m, s.columns * s.n));
  T *from_blocks[4], *to_blocks[4];
  for (Index i = 0; i < in; ++i) from_blocks[i] = from.data() + i * points(in_rows);
  for (Index i = 0; i < out; ++i) to_blocks[i] = to.data() + i * points(out_rows);
  for (Index i = 0; i < x.rows(); ++i) {
    T* p = from_blocks[i / in_rows] + place(i % in_rows);
    p[0] = static_cast<T>(x(i, 0).real());
    p[kGroup] = static_cast<T>(x(i, 0).imag());
  }
  for (Index i = 0; i < y.rows(); ++i) {
    T* p = to_blocks[i / out_rows] + place(i % out_rows);
    p[0] = static_cast<T>(y(i, 0).real());
    p[kGroup] = static_cast<T>(y(i, 0).imag());
  }
  kernels.block_vector_product({panels.data(), s.rows, s.columns, s.m, s.n, s.adjoint, from_blocks,
                                to_blocks, T(-1.5), T(0.5), scratch.data()});
  const Matrix found = Matrix::NullaryExpr(y.rows(), 1, [&](Index i, Index) {
    const T* p = to_blocks[i / out_rows] + place(i % out_rows);
    return Complex(p[0], p[kGroup]);
  });
  const Matrix m = s.adjoint ? Matrix(matrix.adjoint()) : matrix;
  EXPECT_LE(Error(found, -1.5 * m * x + 0.5 * y), 64 * epsilon);
  EXPECT_TRUE(to.GuardsHold() && scratch.GuardsHold());
}

// As a solver does it: the product takes the place of what it was made from, whatever was in
// between.
TEST_P(KernelsTest, BlockProductsMayBeInPlace) {
  const Index n = 19, groups = 4;
  const Kernels<float>& kernels = GetKernels<float>(GetParam());
  const Matrix matrix = Values(n, n),
               x[2] = {Values(n, groups * kGroup), Values(n, groups * kGroup)};
  const std::vector<float> panels = Panels<float>(matrix, 1, n);
  Blocks<float> blocks(1, n, groups);
  Array<float> scratch(BlockProductScratch(n, n));
  for (Index side = 0; side < 2; ++side) blocks.Put(side, x[side]);
  BlockProduct<float> product = {};
  product.matrix = panels.data();
  product.rows = product.columns = 1;
  product.m = product.n = n;
  for (int side = 0; side < 2; ++side) product.x[side] = product.y[side] = blocks.of[side];
  product.groups = groups;
  product.alpha = 1;
  product.scratch = scratch.data();
  kernels.block_product(product);
  EXPECT_LE(Error(blocks.Get(0, 1), matrix * x[0]), 64 * Epsilon<float>());
  EXPECT_LE(Error(blocks.Get(1, 1), matrix.conjugate() * x[1]), 64 * Epsilon<float>());
}

TEST_P(KernelsTest, ProductsWithoutBetaReadNothing) {
  const Index n = 9;
  const Kernels<double>& kernels = GetKernels<double>(GetParam());
  const Matrix matrix = Values(n, n), x = Values(n, kGroup), nan = Matrix::Constant(n, kGroup, NAN);
  const std::vector<double> panels = Panels<double>(matrix, 1, n);
  Blocks<double> from(1, n, 1), to(1, n, 1);
  Array<double> scratch(BlockProductScratch(n, n) + BlockVectorProductScratch(n, n));
  from.Put(0, x);
  to.Put(0, nan);
  BlockProduct<double> product = {};
  product.matrix = panels.data();
  product.rows = product.columns = 1;
  product.m = product.n = n;
  product.x[0] = from.of[0];
  product.y[0] = to.of[0];
  product.groups = 1;
  product.alpha = 1;
  product.scratch = scratch.data();
  kernels.block_product(product);
  EXPECT_LE(Error(to.Get(0, 1), matrix * x), 64 * Epsilon<double>());
  to.Put(0, nan);
  kernels.block_vector_product(
      {panels.data(), 1, 1, n, n, false, from.of[0], to.of[0], 1.0, 0.0, scratch.data()});
  for (Index i = 0; i < n; ++i) EXPECT_FALSE(std::isnan(to.of[0][0][i]));
}

// What was unpacked and packed again is factor times the matrix, plus the identity.
TEST_P(KernelsTest, PanelsAndRowsAreTheSameMatrix) {
  const Kernels<double>& kernels = GetKernels<double>(GetParam());
  for (Index rows : {1, 4}) {
    for (Index m : {1, 5, 8, 18}) {
      const Index n = rows * m, stride = (n + kGroup - 1) / kGroup * kGroup;
      const Matrix matrix = Values(n, n);
      std::vector<double> panels = Panels<double>(matrix, rows, m);
      Array<double> planar(2 * n * stride);
      const PlanarMatrix<double> both{
          panels.data(), rows, m, n, planar.data(), planar.data() + n * stride, stride, -2.0, 0.5};
      kernels.unpack_panels(both);
      const Matrix transposed = Matrix::NullaryExpr(n, n, [&](Index k, Index i) {
        return Complex(planar[k * stride + i], planar[(n + k) * stride + i]);
      });
      EXPECT_EQ(transposed, Matrix(matrix.transpose()));
      kernels.pack_panels(both);
      EXPECT_EQ(panels, Panels<double>(-2.0 * matrix + 0.5 * Matrix::Identity(n, n), rows, m));
      EXPECT_TRUE(planar.GuardsHold());
    }
  }
}

TEST_P(KernelsTest, ProductsWithOneSampleAreProductsWithVectors) {
  const std::tuple<Index, Index> blocks[] = {{1, 1}, {1, 4}, {4, 4}};
  for (const auto& [rows, columns] : blocks) {
    for (Index m : {1, 7, 8, 17, 33}) {
      for (Index n : {1, 3, 16, 18}) {
        for (bool adjoint : {false, true}) {
          const ProductShape shape{rows, columns, m, n, 1, adjoint, true};
          const Matrix matrix = Values(rows * m, columns * n);
          const Matrix x = Values(adjoint ? matrix.rows() : matrix.cols(), 1);
          const Matrix y = Values(adjoint ? matrix.cols() : matrix.rows(), 1);
          CheckVectorProduct(GetKernels<float>(GetParam()), shape, matrix, x, y, Epsilon<float>());
          CheckVectorProduct(GetKernels<double>(GetParam()), shape, matrix, x, y,
                             Epsilon<double>());
        }
      }
    }
  }
}

template <class T>
void CheckGram(const Kernels<T>& kernels, const Matrix (&u)[2], const Matrix (&z)[2], Index groups,
               bool own_negative, double epsilon) {
  const Index m = u[0].rows(), n = z[0].rows(), stride = (n + kGroup - 1) / kGroup * kGroup;
  Array<T> points(2 * (m + n) * groups * kPoint), gram(2 * m * stride);
  Array<T> scratch(GramScratch(m, n, groups));
  T* of_u[2] = {points.data(), points.data() + m * groups * kPoint};
  T* of_z[2] = {of_u[1] + m * groups * kPoint, of_u[1] + (m + n) * groups * kPoint};
  for (int side = 0; side < 2; ++side) {
    PutPoints(u[side], groups, of_u[side]);
    PutPoints(z[side], groups, of_z[side]);
  }
  kernels.gram({{of_u[0], of_u[1]},
                {of_z[0], own_negative ? nullptr : of_z[1]},
                m,
                n,
                groups,
                gram.data(),
                stride,
                scratch.data(),
                {}});
  Matrix expected = u[0].conjugate() * z[0].transpose();
  if (!own_negative) expected += u[1] * z[1].adjoint();
  const Matrix found = Matrix::NullaryExpr(m, n, [&](Index i, Index j) {
    return Complex(gram[i * stride + j], gram[(m + i) * stride + j]);
  });
  EXPECT_LE(Error(found, expected), 64 * epsilon);
  EXPECT_TRUE(gram.GuardsHold() && scratch.GuardsHold());
}

TEST_P(KernelsTest, GramsAreSumsOverSamples) {
  for (Index m : {1, 3, 8, 19}) {
    for (Index n : {1, 5, 16, 50}) {
      for (Index groups : {1, 4}) {
        const Matrix u[2] = {Values(m, groups * kGroup), Values(m, groups * kGroup)};
        const Matrix z[2] = {Values(n, groups * kGroup), Values(n, groups * kGroup)};
        for (bool own_negative : {false, true}) {
          CheckGram(GetKernels<float>(GetParam()), u, z, groups, own_negative, Epsilon<float>());
          CheckGram(GetKernels<double>(GetParam()), u, z, groups, own_negative, Epsilon<double>());
        }
      }
    }
  }
}

template <class T>
void CheckInverse(const Kernels<T>& kernels, const Matrix& matrix, double tolerance) {
  const Index n = matrix.rows(), stride = (n + kGroup - 1) / kGroup * kGroup;
  Array<T> values(2 * n * stride), scratch(ComplexInverseScratch(n, stride));
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
  EXPECT_TRUE(values.GuardsHold() && scratch.GuardsHold());
}

// I + alpha (I - W): the identity, a Gram matrix and a skew-Hermitian one.
TEST_P(KernelsTest, InversesOfMatricesWithPositiveHermitianPart) {
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

INSTANTIATE_TEST_SUITE_P(Isas, KernelsTest, testing::ValuesIn(AvailableIsas()), IsaName);

}  // namespace
}  // namespace mondeq
