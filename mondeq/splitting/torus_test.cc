// What a convolutional operator computes does not depend on the torus: operators and resolvents are
// right on tori of every size, and the equilibrium of an image is the same on all that hold it and
// its border.
#include <vector>

#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/splitting/problem_testing.h"
#include "mondeq/testing/multiply.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;
constexpr Features kImage{4, 4, 2};

struct TorusCase {
  const char* op;  // its config up to the torus
  Index size, batch;
  DType dtype;
};

// An image of 4 x 4 pixels has tiers of 6, 4 and 3 with their borders.
constexpr const char* kOneTier = "conv] { channels: 2";
constexpr const char* kThreeTiers = "multi_tier_conv] { channels: [2, 3, 2]";

class TorusSizeTest : public testing::TestWithParam<TorusCase> {
 protected:
  // The operator on a rows x columns torus, with the parameters that every test has.
  void Make(Index rows, Index columns) {
    store_ = std::make_unique<ParameterStore>();
    op_ = Create<MonotoneOperator>(absl::StrCat("[mondeq.", GetParam().op, " torus_rows: ", rows,
                                                " torus_columns: ", columns, " }"),
                                   {kImage, {store_.get(), "operator"}, device_.get(), dtype_});
    store_->Allocate(*device_, dtype_, 3);
    op_->ParametersChanged();
  }
  Tensor Upload(const MatrixXd& x) { return FromMatrix(*device_, dtype_, x); }
  MatrixXd Download(const Tensor& x) { return ToMatrix(*device_, x); }

  // A bias that is zero but on the image, where it is the same for every torus.
  MatrixXd ImageBias() {
    Random random(8);
    const StateLayout& layout = op_->layout();
    MatrixXd bias = MatrixXd::Zero(op_->dim(), GetParam().batch);
    for (Index y = 0; y < kImage.rows; ++y) {
      const Index row =
          ((y + layout.origin()) * layout.injected().columns + layout.origin()) * kImage.channels;
      bias.middleRows(row, kImage.columns * 2) =
          RandomMatrix(kImage.columns * 2, GetParam().batch, &random);
    }
    return bias;
  }

  // z* on what is visible of every tier.
  MatrixXd Equilibrium() {
    const auto sigma = Create<Nonlinearity>("[mondeq.zero_border] { inner { [mondeq.relu] {} } }",
                                            {op_->layout().MakeInteriorMask(*device_), nullptr});
    const auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
    StoppingRule rule;
    rule.tolerance = 1e-13 * slack_;
    rule.epsilon = LimitsOf(dtype_).epsilon;
    const Tensor z = Upload(MatrixXd::Zero(op_->dim(), GetParam().batch));
    Solver(device_.get(), dtype_)
        .Solve(*op_, Direction::kForward, ProxMap(sigma.get()), *method, 0.5, Upload(ImageBias()),
               rule, z);
    MatrixXd visible(0, GetParam().batch);
    for (std::size_t i = 0; i < op_->layout().tiers().size(); ++i) {
      const MatrixXd tier = Download(op_->layout().VisibleTierOf(i, *device_, z));
      visible.conservativeResize(visible.rows() + tier.rows(), GetParam().batch);
      visible.bottomRows(tier.rows()) = tier;
    }
    const MatrixXd all = Download(z);
    // Everything else is zero.
    EXPECT_NEAR(visible.norm(), all.norm(), 1e-14 * slack_ * all.norm());
    return visible;
  }

  DType dtype_ = GetParam().dtype;
  // Bounds are those of float64, times the rounding of the type in that of float64.
  double slack_ = LimitsOf(dtype_).epsilon / LimitsOf(DType::kFloat64).epsilon;
  std::unique_ptr<Device> device_ = MakeTestDevice();
  std::unique_ptr<ParameterStore> store_;
  std::unique_ptr<MonotoneOperator> op_;
};

TEST_P(TorusSizeTest, OperatorAdjointAndResolventAreConsistent) {
  Make(GetParam().size, 6 + 42 - GetParam().size);
  Random random(2);
  const MatrixXd x = RandomMatrix(op_->dim(), GetParam().batch, &random),
                 y = RandomMatrix(op_->dim(), GetParam().batch, &random);
  const Tensor work = Upload(x), back = Upload(x);
  op_->Apply(Direction::kForward, Upload(x), work);
  const double forward = Download(work).cwiseProduct(y).sum();
  op_->Apply(Direction::kAdjoint, Upload(y), work);
  EXPECT_NEAR(forward, Download(work).cwiseProduct(x).sum(), 1e-12 * slack_ * x.norm() * y.norm());
  for (Direction direction : {Direction::kForward, Direction::kAdjoint}) {
    constexpr double kAlpha = 0.7;
    const MatrixXd resolved = Multiply(*device_, dtype_, *op_, direction, multiplier::V(kAlpha), x);
    op_->Apply(direction, Upload(resolved), back);
    EXPECT_LE(RelativeError((1 + kAlpha) * resolved - kAlpha * Download(back), x), 1e-13 * slack_);
  }
}

TEST_P(TorusSizeTest, EquilibriumIsThatOfTheSmallestTorus) {
  Make(6, 6);
  const MatrixXd smallest = Equilibrium();
  EXPECT_GT(smallest.norm(), 0.1);
  Make(GetParam().size, GetParam().size);
  EXPECT_LE(RelativeError(Equilibrium(), smallest), 1e-11 * slack_);
}

std::vector<TorusCase> Cases() {
  std::vector<TorusCase> cases;
  for (Index size = 6; size <= 36; ++size) {
    for (const char* op : {kOneTier, kThreeTiers}) {
      if (op == kThreeTiers && size % 2 != 0) continue;
      cases.push_back({op, size, 3, DType::kFloat64});
      // A GPU has transforms of its own for float32 and samples in fours.
      cases.push_back({op, size, 8, DType::kFloat32});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Sizes, TorusSizeTest, testing::ValuesIn(Cases()), [](const auto& test) {
  return absl::StrCat(test.param.op == kOneTier ? "conv" : "multi_tier", "_", test.param.size, "_",
                      ToString(test.param.dtype));
});

}  // namespace
}  // namespace mondeq
