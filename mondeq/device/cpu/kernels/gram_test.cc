// Sums over samples against complex double arithmetic.
#include "mondeq/device/cpu/kernels/kernels_testing.h"

namespace mondeq {
namespace {

using GramTest = KernelsTest;

template <class T>
void CheckGram(const Kernels<T>& kernels, const Matrix (&u)[2], const Matrix (&z)[2], Index groups,
               bool own_negative, int shares, double epsilon) {
  const Index m = u[0].rows(), n = z[0].rows(), stride = (n + kGroup - 1) / kGroup * kGroup;
  Array<T> points(2 * (m + n) * groups * kPoint), gram(2 * m * stride);
  Array<T> scratch(GramScratch(m, n, 2 * shares * groups));
  T* of_u[2] = {points.data(), points.data() + m * groups * kPoint};
  T* of_z[2] = {of_u[1] + m * groups * kPoint, of_u[1] + (m + n) * groups * kPoint};
  for (int side = 0; side < 2; ++side) {
    PutPoints(u[side], groups, of_u[side]);
    PutPoints(z[side], groups, of_z[side]);
  }
  Gram<T> product = {};
  for (int share = 0; share < shares; ++share) {
    product.parts[product.part_count++] = {of_u[0], of_z[0], false};
    if (!own_negative) product.parts[product.part_count++] = {of_u[1], of_z[1], true};
  }
  product.m = m;
  product.n = n;
  product.groups = groups;
  product.gram = gram.data();
  product.stride = stride;
  product.scratch = scratch.data();
  kernels.gram(product);
  Matrix expected = u[0].conjugate() * z[0].transpose();
  if (!own_negative) expected += u[1] * z[1].adjoint();
  expected *= shares;
  const Matrix found = Matrix::NullaryExpr(m, n, [&](Index i, Index j) {
    return Complex(gram[i * stride + j], gram[(m + i) * stride + j]);
  });
  EXPECT_LE(Error(found, expected), 64 * epsilon);
  EXPECT_TRUE(gram.GuardsHold() && scratch.GuardsHold());
}

TEST_P(GramTest, GramsAreSumsOverSamples) {
  for (Index m : {1, 3, 8, 19}) {
    for (Index n : {1, 5, 16, 50, 81}) {
      for (Index groups : {1, 4}) {
        const Matrix u[2] = {Values(m, groups * kGroup), Values(m, groups * kGroup)};
        const Matrix z[2] = {Values(n, groups * kGroup), Values(n, groups * kGroup)};
        for (bool own_negative : {false, true}) {
          for (int shares : {1, 3}) {
            CheckGram(GetKernels<float>(GetParam()), u, z, groups, own_negative, shares,
                      Epsilon<float>());
            CheckGram(GetKernels<double>(GetParam()), u, z, groups, own_negative, shares,
                      Epsilon<double>());
          }
        }
      }
    }
  }
}

template <class T>
void CheckScaledSums(const Kernels<T>& kernels, const Matrix& from, const Matrix& roots,
                     const Matrix& to, double epsilon) {
  const Index sources = from.rows(), targets = to.rows(), count = from.cols();
  Array<T> values(2 * count * sources), factors(2 * sources * targets), sums(2 * count * targets);
  const auto put = [count](const Matrix& x, Array<T>* rows) {
    for (Index i = 0; i < x.rows(); ++i) {
      for (Index e = 0; e < count; ++e) {
        (*rows)[2 * i * count + e] = static_cast<T>(x(i, e).real());
        (*rows)[(2 * i + 1) * count + e] = static_cast<T>(x(i, e).imag());
      }
    }
  };
  put(from, &values);
  put(to, &sums);
  for (Index j = 0; j < sources; ++j) {
    for (Index t = 0; t < targets; ++t) {
      factors[2 * (j * targets + t)] = static_cast<T>(roots(j, t).real());
      factors[2 * (j * targets + t) + 1] = static_cast<T>(roots(j, t).imag());
    }
  }
  kernels.add_scaled({static_cast<int>(targets), static_cast<int>(sources), factors.data(), count,
                      values.data(), 2 * count, sums.data()});
  const Matrix found = Matrix::NullaryExpr(targets, count, [&](Index t, Index e) {
    return Complex(sums[2 * t * count + e], sums[(2 * t + 1) * count + e]);
  });
  EXPECT_LE(Error(found, to + roots.transpose() * from), 16 * epsilon);
  EXPECT_TRUE(sums.GuardsHold());
}

TEST_P(GramTest, ScaledSourcesAreAddedToEveryTarget) {
  for (Index sources : {1, 2, 3, 4}) {
    for (Index targets : {1, 5}) {
      const Matrix from = Values(sources, 3 * kGroup), roots = Values(sources, targets);
      const Matrix to = Values(targets, 3 * kGroup);
      CheckScaledSums(GetKernels<float>(GetParam()), from, roots, to, Epsilon<float>());
      CheckScaledSums(GetKernels<double>(GetParam()), from, roots, to, Epsilon<double>());
    }
  }
}

MONDEQ_FOR_EVERY_ISA(GramTest);

}  // namespace
}  // namespace mondeq
