// Bounds of L and of the condition number against singular values of dense matrices.
#include "mondeq/certificates/lipschitz_above.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "Eigen/SVD"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "mondeq/certificates/constants.h"
#include "mondeq/certificates/host_matrix.h"
#include "mondeq/core/random.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

class AnyModel {
 public:
  AnyModel(const Features& image, const std::string& injection, const std::string& op)
      : device_(MakeTestDevice()) {
    ModelConfig config;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        absl::StrCat("equilibrium { injection { [mondeq.", injection, "] {} } operator { ", op,
                     " } nonlinearity { [mondeq.relu] {} } splitting { [mondeq.peaceman_rachford] "
                     "{} } } readout { [mondeq.flatten] {} } readout { [mondeq.affine] {} }"),
        &config));
    model_ = *Model::Create(config, {}, {image, 3}, device_.get(), DType::kFloat64, 3);
  }

  Model& model() { return *model_; }

  // Random weights of a random size, from nearly none to those of an L of thousands.
  void Redraw(Random* random) {
    const double scale = std::pow(10.0, -2 + 3 * random->Uniform());
    const Tensor& values = model_->parameters().values();
    std::vector<double> drawn(static_cast<std::size_t>(values.shape().size()));
    for (double& value : drawn) value = scale * random->Normal();
    device_->CopyFromHost(drawn.data(), values);
    model_->ParametersChanged();
    model_->set_alpha(std::pow(10.0, -2 + 3 * random->Uniform()));
  }

  // I - W, by unit vectors.
  MatrixXd Dense() {
    const Index n = model_->op().dim();
    const Tensor y = device_->Allocate(DType::kFloat64, {n, n});
    model_->op().Multiply(Direction::kForward, multiplier::I - multiplier::W,
                          FromHostMatrix(*device_, HostMatrix::Identity(n, n)), y);
    return ToHostMatrix(*device_, y);
  }

  // The same, of the parameters, for a dense operator without weight normalisation.
  MatrixXd FromParameters() {
    const MatrixXd a = ToHostMatrix(*device_, model_->parameters().Find("operator.A")->value),
                   b = ToHostMatrix(*device_, model_->parameters().Find("operator.B")->value);
    return model_->op().m() * MatrixXd::Identity(a.rows(), a.rows()) + a.transpose() * a - b +
           b.transpose();
  }

 private:
  std::unique_ptr<Device> device_;
  std::unique_ptr<Model> model_;
};

// By what share a bound is above the true number at most.
struct Tally {
  double largest_gap = 0;

  // With random weights, beside I - W as `dense` makes it.
  void CheckTrials(int trials, MatrixXd (AnyModel::*dense)(), Random* random, AnyModel* any) {
    for (int i = 0; i < trials; ++i) {
      any->Redraw(random);
      Check(&any->model(), (any->*dense)());
    }
  }

  void Check(Model* model, const MatrixXd& k) {
    const Eigen::VectorXd singular = Eigen::JacobiSVD<MatrixXd>(k).singularValues();
    const Constants found = FindConstants(model);
    ASSERT_TRUE(found.lipschitz_above.has_value());
    EXPECT_GE(*found.lipschitz_above, singular(0));
    EXPECT_LE(*found.lipschitz_above, singular(0) * (1 + kLipschitzGap));
    EXPECT_NEAR(found.lipschitz_estimate, singular(0), 1e-2 * singular(0));
    largest_gap = std::max(largest_gap, *found.lipschitz_above / singular(0) - 1);

    const MatrixXd resolvent = MatrixXd::Identity(k.rows(), k.rows()) + found.alpha * k;
    const Eigen::VectorXd values = Eigen::JacobiSVD<MatrixXd>(resolvent).singularValues();
    EXPECT_GE(*found.condition, values(0) / values(values.size() - 1) * (1 - 1e-12));
    EXPECT_EQ(found.m, model->op().m());
    if (found.contraction.has_value()) {
      EXPECT_LT(*found.contraction, 1);
    }
  }
};

TEST(LipschitzAbove, OfDenseOperators) {
  Random random(3);
  Tally tally;
  for (int units : {1, 2, 12, 30}) {
    for (const char* m : {"1", "0.01"}) {
      AnyModel any({1, 6, 1}, "affine",
                   absl::StrCat("[mondeq.dense] { weight_normalization: false units: ", units,
                                " m: ", m, " }"));
      tally.CheckTrials(Trials(125, 2), &AnyModel::FromParameters, &random, &any);
    }
  }
  std::printf("at most %.2e above L\n", tally.largest_gap);
}

// Tori of even and odd size, with an image that does not fill them.
TEST(LipschitzAbove, OfConvolutions) {
  Random random(4);
  Tally tally;
  for (const char* op :
       {"channels: 1", "channels: 3", "channels: 2 m: 0.01", "channels: 2 kernel_size: 1",
        "channels: 2 torus_rows: 7 torus_columns: 9", "channels: 2 torus_rows: 8"}) {
    AnyModel any({3, 4, 2}, "padded_conv", absl::StrCat("[mondeq.conv] { ", op, " }"));
    tally.CheckTrials(Trials(50, 2), &AnyModel::Dense, &random, &any);
  }
  std::printf("at most %.2e above L\n", tally.largest_gap);
}

TEST(LipschitzAbove, OfTiersWhereTheyAreSmall) {
  Random random(5);
  Tally tally;
  AnyModel any({4, 4, 1}, "padded_conv", "[mondeq.multi_tier_conv] { channels: [2, 2] }");
  tally.CheckTrials(Trials(20, 2), &AnyModel::Dense, &random, &any);
}

TEST(LipschitzAbove, NoneOfLargeTiers) {
  AnyModel any({28, 28, 1}, "padded_conv", "[mondeq.multi_tier_conv] { channels: [8, 8] }");
  ASSERT_GT(any.model().op().dim(), kMostDenseUnits);
  const Constants found = FindConstants(&any.model());
  EXPECT_FALSE(found.lipschitz_above.has_value());
  EXPECT_FALSE(found.contraction.has_value());
  EXPECT_FALSE(found.condition.has_value());
  EXPECT_GT(found.lipschitz_estimate, 1);
}

TEST(LipschitzAbove, WeightsThatOverflow) {
  AnyModel any({1, 6, 1}, "affine", "[mondeq.dense] { units: 5 weight_normalization: false }");
  any.model().device().Fill(1e200, any.model().parameters().values());
  any.model().ParametersChanged();
  const absl::optional<double> bound = LipschitzAbove(&any.model());
  ASSERT_TRUE(bound.has_value());
  EXPECT_TRUE(std::isinf(*bound));
}

}  // namespace
}  // namespace mondeq
