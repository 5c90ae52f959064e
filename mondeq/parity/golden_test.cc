// Parity with an independent implementation (golden_model_testing.h). Without its files every test
// here is skipped; the other suites do not need them.
#include "gtest/gtest.h"
#include "mondeq/parity/golden_model_testing.h"
#include "mondeq/testing/multiply.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/training/loss.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

class GoldenTest : public testing::TestWithParam<GoldenCase> {
 protected:
  void SetUp() override {
    if (GoldenFolder().empty()) GTEST_SKIP() << "MONDEQ_GOLDENS is not set";
  }

  void Open(GoldenModel::Tori tori) {
    auto golden = GoldenModel::Create(GetParam(), "peaceman_rachford", tori);
    ASSERT_TRUE(golden.ok()) << golden.status();
    golden_ = *std::move(golden);
    golden_->model().set_alpha(0.5);
    // The tolerance is beyond what can be reached: the solver stops where it stagnates.
    golden_->model().stopping_rule().tolerance = GetParam().dtype == DType::kFloat64 ? 1e-14 : 1e-7;
    golden_->model().stopping_rule().max_iterations = 5000;
  }

  std::string Of(const std::string& name) const { return GetParam().m + "_" + name; }
  MatrixXd Ours(const Tensor& tensor) { return ToMatrix(golden_->device(), tensor); }

  void ExpectEqual(const MatrixXd& ours, const MatrixXd& golden, const std::string& name) {
    ASSERT_EQ(ours.rows(), golden.rows()) << name;
    ASSERT_EQ(ours.cols(), golden.cols()) << name;
    EXPECT_LE(RelativeError(ours, golden), golden_->bound()) << name;
  }

  // Compares z*, the logits and, where there are labels, the loss and every gradient.
  void ExpectEverything() {
    Model& model = golden_->model();
    model.set_certifies(true);
    model.Forward(golden_->x());
    // In float32 the bound has room for the worst rounding of sums of up to 784 terms, in the parts
    // in which the device adds up.
    const double slack = GetParam().dtype == DType::kFloat32
                             ? 2.5 * static_cast<double>(golden_->device().longest_sum(784))
                             : 100;
    for (double bound : model.certificate().error_bound) EXPECT_LE(bound, golden_->bound() * slack);
    for (std::size_t i = 0; i < golden_->tiers().size(); ++i) {
      const std::string name = Of(absl::StrCat("zstar_t", i));
      ExpectEqual(Ours(model.op().layout().VisibleTierOf(i, golden_->device(), model.z())),
                  golden_->Samples(name), name);
    }
    ExpectEqual(Ours(model.logits()), golden_->Samples(Of("logits")), "logits");
    if (golden_->Has("in_labels")) ExpectLossAndGradients();
  }

  void ExpectLossAndGradients() {
    Model& model = golden_->model();
    Device& device = golden_->device();
    const Tensor dlogits = device.Allocate(GetParam().dtype, model.logits().shape());
    const auto loss = CrossEntropy(&device).Compute(model.logits(), golden_->Labels(), &dlogits);
    const double golden_loss = golden_->Array(Of("loss")).scalar();
    EXPECT_NEAR(loss.loss, golden_loss, golden_->bound() * golden_loss);
    const Tensor dx = device.Allocate(GetParam().dtype, golden_->x().shape());
    model.Backward(golden_->x(), dlogits, &dx);
    ExpectEqual(Ours(dx), golden_->Samples(Of("grad_x")), "grad_x");
    for (const auto& name : golden_->names()) {
      ExpectEqual(golden_->Gradient(name), golden_->GoldenGradient(name), name.ours);
    }
    EXPECT_EQ(golden_->names().size(), model.parameters().parameters().size());
  }

  std::unique_ptr<GoldenModel> golden_;
};

TEST_P(GoldenTest, OperatorAndResolvent) {
  ASSERT_NO_FATAL_FAILURE(Open(GoldenModel::Tori::kReference));
  if (!golden_->Has("in_z_t0")) GTEST_SKIP() << "no probe states in this file";
  const MatrixXd z = golden_->State("in_z");
  MonotoneOperator& op = golden_->model().op();
  const auto expect = [&](Direction direction, const Multiplier& multiplier,
                          const std::string& name) {
    ExpectEqual(Multiply(golden_->device(), GetParam().dtype, op, direction, multiplier, z),
                golden_->State(Of(name)), name);
  };
  const auto expect_applied = [&](Direction direction, const std::string& name) {
    const Tensor x = FromMatrix(golden_->device(), GetParam().dtype, z);
    const Tensor y = golden_->device().Allocate(GetParam().dtype, x.shape());
    op.Apply(direction, x, y);
    ExpectEqual(Ours(y), golden_->State(Of(name)), name);
  };
  expect_applied(Direction::kForward, "Wz");
  expect_applied(Direction::kAdjoint, "WTz");
  expect(Direction::kForward, multiplier::W, "Wz");
  expect(Direction::kAdjoint, multiplier::W, "WTz");
  for (const auto& [alpha, name] : {std::pair<double, std::string>{0.25, "a0p25"}, {1, "a1"}}) {
    expect(Direction::kForward, multiplier::V(alpha), "V_" + name);
    expect(Direction::kAdjoint, multiplier::V(alpha), "VT_" + name);
  }
}

TEST_P(GoldenTest, EquilibriumLossAndEveryGradient) {
  ASSERT_NO_FATAL_FAILURE(Open(GoldenModel::Tori::kReference));
  for (const Tier& tier : golden_->tiers()) EXPECT_TRUE(tier.all_visible());
  ExpectEverything();
}

TEST_P(GoldenTest, NothingDependsOnTheSizeOfTheTorus) {
  ASSERT_NO_FATAL_FAILURE(Open(GoldenModel::Tori::kDefault));
  ExpectEverything();
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTest, testing::ValuesIn(GoldenCases()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace mondeq
