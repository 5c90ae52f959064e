// Products of blocks with spectra, and their storage, against complex double arithmetic.
#include <cmath>
#include <tuple>

#include "mondeq/device/cpu/kernels/kernels_testing.h"

namespace mondeq {
namespace {

using BlockProductTest = KernelsTest;

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

TEST_P(BlockProductTest, BlockProductsAreProductsOfMatrices) {
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

// A solver puts the product where the factor was, and something else may have been in between.
TEST_P(BlockProductTest, BlockProductsMayBeInPlace) {
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

TEST_P(BlockProductTest, ProductsWithoutBetaReadNothing) {
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

// Panels that are unpacked and packed again hold factor times the matrix, plus the identity.
TEST_P(BlockProductTest, PanelsAndRowsAreTheSameMatrix) {
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

TEST_P(BlockProductTest, ProductsWithOneSampleAreProductsWithVectors) {
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

MONDEQ_FOR_EVERY_ISA(BlockProductTest);

}  // namespace
}  // namespace mondeq
