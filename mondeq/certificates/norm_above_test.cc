#include "mondeq/certificates/norm_above.h"

#include <cmath>
#include <limits>

#include "Eigen/Eigenvalues"
#include "Eigen/SVD"
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

// Matrices of every shape, of which the largest singular values are equal or nearly so.
TEST(NormAbove, IsAboveAndNear) {
  constexpr double kGap = 1e-6;
  Random random(5);
  for (int i = 0; i < 1000; ++i) {
    const auto rows = 1 + static_cast<Eigen::Index>(random.Uniform() * 20);
    const auto n = 1 + static_cast<Eigen::Index>(random.Uniform() * 20);
    const MatrixXd a = MatrixXd::NullaryExpr(rows, n, [&] { return random.Normal(); });
    const Eigen::JacobiSVD<MatrixXd> svd(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
    Eigen::VectorXd values = svd.singularValues();
    if (i % 2 == 0) {
      values = Eigen::VectorXd::NullaryExpr(values.size(),
                                            [&] { return 1 + 1e-5 * (i % 3) * random.Uniform(); });
    }
    const double scale = std::pow(10.0, -290 + 580 * random.Uniform());
    const MatrixXd k = scale * svd.matrixU() * values.asDiagonal() * svd.matrixV().transpose();
    const double exact = values.maxCoeff(), bound = NormAbove(k, kGap) / scale;
    EXPECT_GE(bound, exact * (1 - 1e-13)) << i;
    EXPECT_LE(bound, exact * (1 + kGap)) << i;
  }
}

TEST(NormAbove, NothingAndWhatIsNotFinite) {
  EXPECT_EQ(NormAbove(MatrixXd::Zero(3, 2), 1e-6), 0);
  EXPECT_EQ(NormAbove(MatrixXd(0, 0), 1e-6), 0);
  MatrixXd k = MatrixXd::Identity(3, 3);
  k(1, 2) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(NormAbove(k, 1e-6), std::numeric_limits<double>::infinity());
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
