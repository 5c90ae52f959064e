#include "mondeq/certificates/norm_above.h"

#include <cmath>
#include <limits>

#include "Eigen/Eigenvalues"
#include "gmock/gmock.h"
#include "mondeq/core/random.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

MatrixXd RandomGram(Eigen::Index rows, Eigen::Index n, Random* random) {
  const MatrixXd a = MatrixXd::NullaryExpr(rows, n, [&] { return random->Normal(); });
  return a.transpose() * a;
}

TEST(LargestEigenvalueAbove, IsAboveAndNear) {
  Random random(3);
  for (int i = 0; i < 200; ++i) {
    const auto n = 1 + static_cast<Eigen::Index>(random.Uniform() * 40);
    const auto rows = 1 + static_cast<Eigen::Index>(random.Uniform() * 40);
    const double scale = std::pow(10.0, -300 + 600 * random.Uniform());
    const MatrixXd g = RandomGram(rows, n, &random);
    const double exact = Eigen::SelfAdjointEigenSolver<MatrixXd>(g).eigenvalues().maxCoeff();
    const double bound = LargestEigenvalueAbove(scale * g) / scale;
    EXPECT_GE(bound, exact * (1 - 1e-14)) << n;
    EXPECT_LE(bound, exact * 1.002) << n;
  }
}

// A power iteration does not get far where eigenvalues are equal or nearly so.
TEST(LargestEigenvalueAbove, EqualEigenvalues) {
  MatrixXd g = MatrixXd::Identity(50, 50);
  EXPECT_GE(LargestEigenvalueAbove(g), 1);
  EXPECT_LE(LargestEigenvalueAbove(g), 1.001);
  for (int i = 0; i < 50; ++i) g(i, i) = 1 + 1e-3 * i;
  EXPECT_GE(LargestEigenvalueAbove(g), 1.049);
  EXPECT_LE(LargestEigenvalueAbove(g), 1.049 * 1.01);
}

TEST(LargestEigenvalueAbove, NothingAndWhatIsNotFinite) {
  EXPECT_EQ(LargestEigenvalueAbove(MatrixXd::Zero(3, 3)), 0);
  EXPECT_EQ(LargestEigenvalueAbove(MatrixXd(0, 0)), 0);
  MatrixXd g = MatrixXd::Identity(3, 3);
  g(1, 2) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(LargestEigenvalueAbove(g), std::numeric_limits<double>::infinity());
  g(1, 2) = std::numeric_limits<double>::infinity();
  EXPECT_EQ(LargestEigenvalueAbove(g), std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace mondeq
