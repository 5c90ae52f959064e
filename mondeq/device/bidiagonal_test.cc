#include "mondeq/device/bidiagonal.h"

#include <cmath>

#include "Eigen/SVD"
#include "gtest/gtest.h"
#include "mondeq/core/random.h"
#include "mondeq/device/matrix_norm.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

struct Found {
  double norm = 0;
  int steps = 0;
};

// The norm of a diagonal matrix: what bidiagonalisation does depends on singular values alone.
Found NormOf(const VectorXd& singular_values, std::uint64_t seed) {
  Random random(seed);
  const auto n = singular_values.size();
  VectorXd v = VectorXd::NullaryExpr(n, [&](auto) { return random.Normal(); }).normalized();
  VectorXd u = VectorXd::Zero(n);
  Bidiagonal b;
  Found found;
  for (double alpha = 0, beta = 0;;) {
    u = singular_values.cwiseProduct(v) - beta * u;
    alpha = u.stableNorm();
    if (alpha > 0) u /= alpha;
    v = singular_values.cwiseProduct(u) - alpha * v;
    beta = v.stableNorm();
    ++found.steps;
    if (b.Add(alpha, beta)) break;
    v /= beta;
  }
  found.norm = b.estimate();
  return found;
}

TEST(BidiagonalTest, FindsTheNormInFewSteps) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const int n : {1, 2, 3, 10, 1000, 100000}) {
      // Spread evenly, as the edge of a random matrix's spectrum, and with one value by itself.
      const VectorXd even = VectorXd::LinSpaced(n, 0.1, 1);
      VectorXd edge = VectorXd::LinSpaced(n, 0, 1), alone = even / 2;
      for (double& s : edge) s = 1 - std::pow(1 - s, 2. / 3);
      alone(n / 2) = 1;
      for (const VectorXd& values : {even, edge, alone}) {
        const Found found = NormOf(values, seed);
        // An unlucky start leaves 2e-3.
        EXPECT_NEAR(found.norm, values.maxCoeff(), 2.5e-3) << n;
        EXPECT_LE(found.norm, values.maxCoeff() * (1 + 1e-10));
        EXPECT_LE(found.steps, 90);
      }
    }
  }
}

TEST(BidiagonalTest, EveryScale) {
  const VectorXd values = VectorXd::LinSpaced(30, 0.1, 1);
  for (const double scale : {1e-300, 1e-160, 1e160, 1e300}) {
    EXPECT_NEAR(NormOf(scale * values, 1).norm / scale, 1, 1e-3) << scale;
  }
}

TEST(BidiagonalTest, MatricesOfEveryScale) {
  using Matrix = Eigen::MatrixXcf;
  Random random(2);
  Matrix m = Matrix::NullaryExpr(20, 20, [&](auto, auto) {
    return std::complex<float>(static_cast<float>(random.Normal()),
                               static_cast<float>(random.Normal()));
  });
  const double norm = MatrixNorm<float>(m);
  EXPECT_NEAR(norm, Eigen::JacobiSVD<Matrix>(m).singularValues()(0), 1e-3 * norm);
  for (const float scale : {1e-30f, 1e-15f, 1e15f, 1e25f, 1e36f}) {
    EXPECT_NEAR(MatrixNorm<float>(scale * m) / scale, norm, 1e-3 * norm) << scale;
  }
}

TEST(BidiagonalTest, ZeroAndWhatIsNotFinite) {
  EXPECT_EQ(NormOf(VectorXd::Zero(5), 1).norm, 0);
  Bidiagonal b;
  EXPECT_TRUE(b.Add(std::nan(""), 1));
  EXPECT_TRUE(std::isnan(b.estimate()));
}

}  // namespace
}  // namespace mondeq
