// Real products of every instruction set against Eigen in float64: all transposes, sizes that fill
// no vector, rows that are further apart than they are long.
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

#include "Eigen/Core"
#include "gtest/gtest.h"
#include "mondeq/core/random.h"
#include "mondeq/device/cpu/kernels/kernels.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

// A matrix as kernels see it: `stride` elements from row to row.
template <class T>
struct Stored {
  std::vector<T> values;
  std::int64_t stride;

  Stored(const MatrixXd& x, std::int64_t gap) : stride(x.cols() + gap) {
    values.assign(static_cast<std::size_t>(x.rows() * stride), std::numeric_limits<T>::quiet_NaN());
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
      for (Eigen::Index j = 0; j < x.cols(); ++j) {
        values[static_cast<std::size_t>(i * stride + j)] = static_cast<T>(x(i, j));
      }
    }
  }
  double At(Eigen::Index i, Eigen::Index j) const {
    return static_cast<double>(values[static_cast<std::size_t>(i * stride + j)]);
  }
};

class RealProductTest : public testing::TestWithParam<Isa> {
 protected:
  // Entries that float holds exactly.
  MatrixXd RandomValues(std::int64_t rows, std::int64_t columns) {
    return MatrixXd::NullaryExpr(
        rows, columns, [&] { return static_cast<double>(static_cast<float>(random_.Normal())); });
  }

  template <class T>
  void Check(std::int64_t m, std::int64_t n, std::int64_t k, bool ta, bool tb, double beta) {
    const MatrixXd a = RandomValues(m, k), b = RandomValues(k, n), c = RandomValues(m, n);
    const Stored<T> x(ta ? MatrixXd(a.transpose()) : a, 3), y(tb ? MatrixXd(b.transpose()) : b, 1);
    Stored<T> z(beta == 0 ? MatrixXd(c * std::nan("")) : c, 5);
    std::vector<T> scratch(static_cast<std::size_t>(RealProductScratch()));
    GetKernels<T>(GetParam())
        .real_product({m, n, k, T{1.5}, x.values.data(), x.stride, ta, y.values.data(), y.stride,
                       tb, static_cast<T>(beta), z.values.data(), z.stride, scratch.data()});
    MatrixXd expected = 1.5 * a * b, magnitude = 1.5 * a.cwiseAbs() * b.cwiseAbs();
    if (beta != 0) {
      expected += beta * c;
      magnitude += std::abs(beta) * c.cwiseAbs();
    }
    // Each of the k + 2 operations rounds once.
    const double bound =
        static_cast<double>(k + 2) * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (Eigen::Index i = 0; i < m; ++i) {
      for (Eigen::Index j = 0; j < n; ++j) {
        ASSERT_NEAR(z.At(i, j), expected(i, j), bound * magnitude(i, j))
            << m << "x" << n << "x" << k << " " << ta << tb << " at " << i << " " << j;
      }
      for (Eigen::Index j = n; j < z.stride; ++j) ASSERT_TRUE(std::isnan(z.At(i, j)));
    }
  }

  void CheckAll(std::int64_t m, std::int64_t n, std::int64_t k, double beta) {
    for (bool ta : {false, true}) {
      for (bool tb : {false, true}) {
        Check<float>(m, n, k, ta, tb, beta);
        Check<double>(m, n, k, ta, tb, beta);
      }
    }
  }

  Random random_{11};
};

TEST_P(RealProductTest, SizesUpToSomeVectors) {
  for (std::int64_t m = 1; m <= 40; ++m) {
    for (std::int64_t n = 1; n <= 40; ++n) {
      CheckAll(m, n, 1 + (7 * m + 11 * n) % 40, n % 2 == 0 ? 0 : -0.5);
    }
  }
}

TEST_P(RealProductTest, EverySizeOfTheSum) {
  for (std::int64_t k = 0; k <= 40; ++k) {
    for (const auto& [m, n] : {std::tuple<int, int>{1, 40}, {40, 1}, {9, 50}, {33, 17}}) {
      CheckAll(m, n, k, 2);
    }
  }
}

TEST_P(RealProductTest, SeveralPanels) {
  for (const auto& [m, n, k] : {std::tuple<int, int, int>{87, 64, 784},
                                {3, 200, kRealPanelDepth + 1},
                                {1, 300, 2 * kRealPanelDepth + 5},
                                {300, 1, 2 * kRealPanelDepth + 5}}) {
    CheckAll(m, n, k, -0.5);
    CheckAll(m, n, k, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, RealProductTest, testing::ValuesIn(AvailableIsas()),
                         [](const auto& test) { return ToString(test.param); });

}  // namespace
}  // namespace mondeq
