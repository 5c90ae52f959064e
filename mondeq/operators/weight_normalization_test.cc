// Weight normalisation at every scale of the weight, and where the weight is zero.
#include "mondeq/operators/weight_normalization.h"

#include "Eigen/Core"
#include "gtest/gtest.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

class WeightNormalizationTest : public testing::TestWithParam<DType> {
 protected:
  // Sets K and the scale, and adds the gradients for G.
  void Run(const MatrixXd& k, double scale, const MatrixXd& g) {
    store_ = ParameterStore();
    weight_ = store_.Add("K", {k.rows(), k.cols()}, 0, 0);
    scale_ = store_.Add("gamma", {1}, 0, 0);
    store_.Allocate(*device_, GetParam(), 1);
    Assign(*device_, k, weight_->value);
    device_->Fill(scale, scale_->value);
    normalization_ = WeightNormalization(weight_);
    normalization_.set_scale(scale_);
    normalization_.Refresh(*device_);
    normalization_.AccumulateGradient(*device_, FromMatrix(*device_, GetParam(), g));
  }
  MatrixXd Value() { return ToMatrix(*device_, normalization_.value()); }
  MatrixXd GradientOfK() { return ToMatrix(*device_, weight_->gradient); }
  double GradientOfScale() { return ToMatrix(*device_, scale_->gradient)(0); }
  std::vector<double> Scales() const {
    if (GetParam() == DType::kFloat32) return {1e-35, 1e-25, 1e-10, 1, 1e10, 1e25, 3e37};
    return {1e-300, 1e-200, 1e-25, 1, 1e25, 1e200, 1e300};
  }

  std::unique_ptr<Device> device_ = MakeTestDevice();
  ParameterStore store_;
  Parameter *weight_ = nullptr, *scale_ = nullptr;
  WeightNormalization normalization_;
};

TEST_P(WeightNormalizationTest, IsRightAtEveryScale) {
  Random random(3);
  const MatrixXd k = RandomMatrix(5, 7, &random), g = RandomMatrix(5, 7, &random);
  const MatrixXd e = k / k.norm();
  const double projection = (e.array() * g.array()).sum(), tolerance = Tolerance(GetParam(), 32);
  const MatrixXd tangent = g - projection * e;
  for (const double size : Scales()) {
    for (const double scale : {1.7, -0.3, 0.0}) {
      SCOPED_TRACE(absl::StrCat("K times ", size, ", scale ", scale));
      Run(size * k, scale, g);
      EXPECT_LE((Value() - scale * e).norm(), tolerance);
      EXPECT_NEAR(GradientOfScale(), projection, tolerance * g.norm());
      // Where K is large its gradient may be too small for the type.
      EXPECT_LE((size * GradientOfK() - scale / k.norm() * tangent).norm(),
                size > 1e36 ? g.norm() : tolerance * g.norm());
    }
  }
}

TEST_P(WeightNormalizationTest, ScaleAndNormMayBeFarApart) {
  const MatrixXd k = MatrixXd::Constant(2, 2, 1e-30), g = MatrixXd::Zero(2, 2);
  Run(k, 1e30, g);
  EXPECT_LE(RelativeError(Value(), MatrixXd::Constant(2, 2, 5e29)), Tolerance(GetParam(), 32));
  Run(1e60 * k, 1e-30, g);
  EXPECT_LE(RelativeError(Value(), MatrixXd::Constant(2, 2, 5e-31)), Tolerance(GetParam(), 32));
}

TEST_P(WeightNormalizationTest, ZeroMeansThatTheTermIsNotThere) {
  Random random(4);
  Run(MatrixXd::Zero(3, 3), 1.7, RandomMatrix(3, 3, &random));
  EXPECT_EQ(Value(), MatrixXd::Zero(3, 3));
  EXPECT_EQ(GradientOfK(), MatrixXd::Zero(3, 3));
  EXPECT_EQ(GradientOfScale(), 0);
}

INSTANTIATE_TEST_SUITE_P(All, WeightNormalizationTest,
                         testing::Values(DType::kFloat32, DType::kFloat64));

}  // namespace
}  // namespace mondeq
