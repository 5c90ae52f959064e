#include "mondeq/device/norm.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

double NormOf(DType dtype, const Eigen::MatrixXd& x) {
  const auto device = MakeTestDevice();
  return Norm(*device, FromMatrix(*device, dtype, x));
}

TEST(NormTest, IsRightAtEveryScale) {
  Random random(5);
  const Eigen::MatrixXd x = RandomMatrix(40, 30, &random);
  for (const double scale : {1e-300, 1e-200, 1e-150, 1e-30, 1.0, 1e19, 1e38, 1e150, 1e200, 1e300}) {
    EXPECT_NEAR(NormOf(DType::kFloat64, scale * x) / scale, x.norm(), 1e-12 * x.norm()) << scale;
    if (scale < 1e-30 || scale > 1e37) continue;
    EXPECT_NEAR(NormOf(DType::kFloat32, scale * x) / scale, x.norm(), 1e-6 * x.norm()) << scale;
  }
}

// Every column by itself, whatever is beside it.
TEST(NormTest, OfColumnsOfEveryScale) {
  Random random(6);
  const Eigen::MatrixXd x = RandomMatrix(40, 6, &random);
  const Eigen::VectorXd scales{{1e-300, 1e-160, 0, 1, 1e160, 1e300}};
  const auto device = MakeTestDevice();
  std::vector<double> norms;
  ColumnNorms(*device, FromMatrix(*device, DType::kFloat64, x * scales.asDiagonal()), &norms);
  ASSERT_EQ(norms.size(), 6);
  for (Index l = 0; l < 6; ++l) {
    const double expected = scales(l) * x.col(l).norm();
    EXPECT_NEAR(norms[static_cast<std::size_t>(l)], expected, 1e-12 * expected) << l;
  }
}

// Zeros are told from what is too small to be seen, beside numbers of every size.
TEST(NormTest, OfColumnsOfZeros) {
  const auto device = MakeTestDevice();
  std::vector<double> norms;
  Eigen::MatrixXd x = Eigen::MatrixXd::Zero(3, 4);
  x(1, 1) = std::numeric_limits<double>::min();
  x(2, 2) = std::numeric_limits<double>::max();
  x(0, 3) = std::numeric_limits<double>::infinity();
  ColumnNorms(*device, FromMatrix(*device, DType::kFloat64, x), &norms);
  EXPECT_EQ(norms, (std::vector<double>{0, x(1, 1), x(2, 2), x(0, 3)}));
}

TEST(NormTest, ZeroAndWhatIsNotFinite) {
  for (const DType dtype : {DType::kFloat32, DType::kFloat64}) {
    Eigen::MatrixXd x = Eigen::MatrixXd::Zero(3, 2);
    EXPECT_EQ(NormOf(dtype, x), 0);
    x(1, 1) = std::numeric_limits<double>::infinity();
    EXPECT_EQ(NormOf(dtype, x), std::numeric_limits<double>::infinity());
    x(0, 1) = std::nan("");
    EXPECT_TRUE(std::isnan(NormOf(dtype, x)));
  }
}

}  // namespace
}  // namespace mondeq
