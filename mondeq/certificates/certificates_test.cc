// Bounds against dense linear algebra, and radii against attacks and random disturbances.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "Eigen/SVD"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "mondeq/certificates/attack.h"
#include "mondeq/certificates/host_matrix.h"
#include "mondeq/certificates/radii.h"
#include "mondeq/certificates/sensitivity.h"
#include "mondeq/core/random.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/model/weights.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

const std::vector<double> kScale = {2.5};

class CertificatesTest : public ::testing::TestWithParam<std::string> {
 protected:
  CertificatesTest() : small_({{GetParam()}, DType::kFloat64, 7}), model_(*small_.model) {
    model_.set_certifies(true);
    model_.stopping_rule().tolerance = 1e-9;
    model_.stopping_rule().max_iterations = 100000;
    Random random(5);
    for (double& value : x_) value = random.Normal();
  }

  const Tensor& Forward(const std::vector<double>& x) {
    return model_.Forward(
        ToTensor(*small_.device, DType::kFloat64, HostArray::From<double>({kDim, kBatch}, x)));
  }
  MatrixXd Parameter(const char* name) {
    const Tensor& value = model_.parameters().Find(name)->value;
    const std::vector<double> values = ToDoubles(*small_.device, value);
    return Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
        values.data(), value.rows(), value.columns());
  }

  static constexpr Index kDim = 10, kBatch = 40;
  SmallModel small_;
  Model& model_;
  std::vector<double> x_ = std::vector<double>(kDim * kBatch);
};

TEST_P(CertificatesTest, NormsAreFromAboveAndNear) {
  const Sensitivity found = FindSensitivity(kScale, &model_);
  const MatrixXd u = kScale[0] * Parameter("injection.weight"), r = Parameter("readout.weight");
  const double l2 = Eigen::JacobiSVD<MatrixXd>(u).singularValues()(0);
  EXPECT_GE(found.injection_l2, l2);
  EXPECT_LE(found.injection_l2, 1.001 * l2);
  // The largest ||U e|| over corners e of the cube.
  double corners = 0;
  for (int bits = 0; bits < 1 << kDim; ++bits) {
    const Eigen::VectorXd e = Eigen::VectorXd::NullaryExpr(
        kDim, [bits](Index i) { return (bits >> i & 1) != 0 ? 1.0 : -1.0; });
    corners = std::max(corners, (u * e).norm());
  }
  EXPECT_GE(found.injection_linf, corners);
  EXPECT_LE(found.injection_linf, 2 * corners);
  for (Index c = 0; c < 3; ++c) {
    for (Index j = 0; j < 3; ++j) {
      EXPECT_NEAR(found.readout(c, j), (r.row(c) - r.row(j)).norm(), 1e-12);
    }
  }
  EXPECT_EQ(found.m, model_.op().m());
}

TEST_P(CertificatesTest, NothingWithinARadiusChangesTheClass) {
  const Sensitivity sensitivity = FindSensitivity(kScale, &model_);
  Forward(x_);
  const std::vector<CertifiedSample> samples = CertifySamples(sensitivity, &model_);
  Random random(9);
  for (Ball ball : kBalls) {
    std::vector<double> radii, far;
    std::vector<Index> classes;
    for (const CertifiedSample& sample : samples) {
      EXPECT_GT(sample.radius(ball), 0);
      radii.push_back(sample.radius(ball));
      far.push_back(1e3 * sample.radius(ball));
      classes.push_back(sample.predicted);
    }
    for (double margin : LeastMargins({ball, 20}, x_, classes, radii, sensitivity, &model_))
      EXPECT_GT(margin, 0) << ToString(ball);
    // The attack is one: far out it succeeds.
    int changed = 0;
    for (double margin : LeastMargins({ball, 20}, x_, classes, far, sensitivity, &model_))
      changed += margin < 0 ? 1 : 0;
    EXPECT_GT(changed, kBatch / 2) << ToString(ball);

    for (int i = 0; i < Trials(20, 2); ++i) {
      std::vector<double> x = x_;
      for (Index l = 0; l < kBatch; ++l) {
        Eigen::VectorXd u = Eigen::VectorXd::NullaryExpr(kDim, [&] { return random.Normal(); });
        u = ball == Ball::kL2 ? Eigen::VectorXd(u / u.norm()) : Eigen::VectorXd(u.cwiseSign());
        for (Index k = 0; k < kDim; ++k) {
          x[static_cast<std::size_t>(k * kBatch + l)] +=
              kScale[0] * radii[static_cast<std::size_t>(l)] * u(k);
        }
      }
      Forward(x);
      const std::vector<CertifiedSample> moved = CertifySamples(sensitivity, &model_);
      for (std::size_t l = 0; l < moved.size(); ++l)
        EXPECT_EQ(moved[l].predicted, samples[l].predicted) << ToString(ball);
    }
  }
}

// The distance that z* has moved is within the bound, whose ratio shows that it is not vacuous.
TEST_P(CertificatesTest, EquilibriaMoveNoFurtherThanTheirBound) {
  const Sensitivity sensitivity = FindSensitivity(kScale, &model_);
  Random random(11);
  Forward(x_);
  const std::vector<double> z = ToDoubles(*small_.device, model_.z());
  double largest = 0;
  for (double size : {1e-3, 1.0, 30.0}) {
    std::vector<double> x = x_, squares(kBatch), moved(kBatch);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double u = size * random.Normal();
      x[i] += kScale[0] * u;
      squares[i % kBatch] += u * u;
    }
    Forward(x);
    const std::vector<double> now = ToDoubles(*small_.device, model_.z());
    for (std::size_t i = 0; i < z.size(); ++i)
      moved[i % kBatch] += (now[i] - z[i]) * (now[i] - z[i]);
    for (std::size_t l = 0; l < kBatch; ++l) {
      const double ratio = std::sqrt(moved[l] / squares[l]) / sensitivity.of_z(Ball::kL2);
      EXPECT_LE(ratio, 1 + 1e-5);
      largest = std::max(largest, ratio);
    }
  }
  EXPECT_GT(largest, 0.02);
}

TEST_P(CertificatesTest, AnInexactEquilibriumHasSmallerRadii) {
  const Sensitivity sensitivity = FindSensitivity(kScale, &model_);
  Forward(x_);
  const std::vector<CertifiedSample> exact = CertifySamples(sensitivity, &model_);
  model_.stopping_rule().tolerance = 0.05;
  Forward(x_);
  const std::vector<CertifiedSample> rough = CertifySamples(sensitivity, &model_);
  int certain = 0;
  for (std::size_t l = 0; l < kBatch; ++l) {
    if (rough[l].radius_l2 == 0) continue;
    ++certain;
    EXPECT_EQ(rough[l].predicted, exact[l].predicted);
    EXPECT_LE(rough[l].margin, exact[l].margin * (1 + 1e-7));
    EXPECT_LE(rough[l].radius_l2, exact[l].radius_l2 * (1 + 1e-7));
  }
  EXPECT_GT(certain, kBatch / 2);
}

// What a linear map makes of unit vectors, as a matrix.
MatrixXd DenseOf(LinearMap* map, Device* device) {
  const Index inputs = map->input().dim(), outputs = map->output().dim();
  const Tensor y = device->Allocate(DType::kFloat64, {outputs, inputs});
  map->Apply(FromHostMatrix(*device, HostMatrix::Zero(inputs, inputs)), y);
  const MatrixXd offset = ToHostMatrix(*device, y);
  map->Apply(FromHostMatrix(*device, HostMatrix::Identity(inputs, inputs)), y);
  return ToHostMatrix(*device, y) - offset;
}

// Images of three channels, which are scaled differently, on a torus with a border.
TEST(CertificatesOfAConvolution, AreThoseOfItsDenseMatrices) {
  ModelConfig config;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "equilibrium { injection { [mondeq.padded_conv] {} }"
      "  operator { [mondeq.conv] { channels: 4 } }"
      "  nonlinearity { [mondeq.zero_border] { inner { [mondeq.relu] {} } } }"
      "  splitting { [mondeq.peaceman_rachford] {} tolerance: 1e-9 max_iterations: 10000 } }"
      "readout { [mondeq.average_pool] { window: 2 } } readout { [mondeq.flatten] {} }"
      "readout { [mondeq.affine] {} }",
      &config));
  const auto device = MakeTestDevice();
  const auto model = *Model::Create(config, {}, {{4, 4, 3}, 5}, device.get(), DType::kFloat64, 3);
  model->set_certifies(true);
  const std::vector<double> scale = {2, 3, 5};
  const Sensitivity found = FindSensitivity(scale, model.get());

  const Index d = model->input().dim(), batch = 20;
  MatrixXd u = DenseOf(&model->injection(), device.get());
  for (Index i = 0; i < d; ++i) u.col(i) *= scale[static_cast<std::size_t>(i % 3)];
  const double l2 = Eigen::JacobiSVD<MatrixXd>(u).singularValues()(0);
  EXPECT_GE(found.injection_l2, l2);
  EXPECT_LE(found.injection_l2, 1.001 * l2);
  const MatrixXd r = DenseOf(&model->readout(), device.get());
  for (Index c = 0; c < 5; ++c) {
    for (Index j = 0; j < 5; ++j)
      EXPECT_NEAR(found.readout(c, j), (r.row(c) - r.row(j)).norm(), 1e-12);
  }

  Random random(17);
  const HostMatrix x = HostMatrix::NullaryExpr(d, batch, [&random] { return random.Normal(); });
  model->Forward(FromHostMatrix(*device, x));
  std::vector<double> radii, far;
  std::vector<Index> classes;
  for (const CertifiedSample& sample : CertifySamples(found, model.get())) {
    EXPECT_GT(sample.radius_linf, 0);
    EXPECT_LT(sample.radius_linf, sample.radius_l2);
    radii.push_back(sample.radius_linf);
    far.push_back(100 * sample.radius_linf);
    classes.push_back(sample.predicted);
  }
  const std::vector<double> values(x.data(), x.data() + x.size());
  const Attack attack{Ball::kLInf, 10};
  for (double margin : LeastMargins(attack, values, classes, radii, found, model.get()))
    EXPECT_GT(margin, 0);
  int changed = 0;
  for (double margin : LeastMargins(attack, values, classes, far, found, model.get()))
    changed += margin < 0 ? 1 : 0;
  EXPECT_GT(changed, batch / 2);
}

// What is not certain has no radius.
TEST(CertifySamples, OfLogitsThatOverflowOrAreEqual) {
  SmallModel small({{}, DType::kFloat64, 7});
  Model& model = *small.model;
  model.set_certifies(true);
  const Sensitivity sensitivity = FindSensitivity(kScale, &model);
  const Tensor& readout = model.parameters().Find("readout.weight")->value;
  const Tensor& bias = model.parameters().Find("readout.bias")->value;
  for (double value : {0.0, 1e308}) {
    small.device->Fill(value, readout);
    small.device->Fill(value, bias);
    model.Forward(small.x);
    for (const CertifiedSample& sample : CertifySamples(FindSensitivity(kScale, &model), &model)) {
      EXPECT_LE(sample.margin, 0) << value;
      EXPECT_EQ(sample.radius_l2, 0) << value;
      EXPECT_EQ(sample.radius_linf, 0) << value;
    }
  }
  EXPECT_GT(sensitivity.of_logits(Ball::kL2), 0);
}

// Disturbances as large as a radius, in random directions, of random models. MONDEQ_CAMPAIGN says
// of how many.
class RandomModel {
 public:
  RandomModel(int i, Random* random)
      : random_(*random),
        small_({Overrides(i, random), DType::kFloat64, static_cast<std::uint64_t>(i)}) {
    model_.set_certifies(true);
    model_.stopping_rule().tolerance = 1e-8;
    model_.stopping_rule().max_iterations = 100000;
    for (double& value : x_) value = 3 * random_.Normal();
    sensitivity_ = FindSensitivity(kScale, &model_);
    z_ = Forward(x_);
    samples_ = CertifySamples(sensitivity_, &model_);
  }

  struct Tally {
    int trials = 0, violated = 0;
    // By how much of its bound a z* has moved at most.
    double largest = 0;
  };

  void Disturb(Ball ball, Tally* tally) {
    std::vector<double> x = x_;
    for (std::size_t l = 0; l < kBatch; ++l) {
      Eigen::VectorXd u = Eigen::VectorXd::NullaryExpr(kDim, [&] { return random_.Normal(); });
      u = ball == Ball::kL2 ? Eigen::VectorXd(u / u.norm()) : Eigen::VectorXd(u.cwiseSign());
      for (Index k = 0; k < kDim; ++k)
        x[static_cast<std::size_t>(k) * kBatch + l] += kScale[0] * samples_[l].radius(ball) * u(k);
    }
    const std::vector<double> z = Forward(x);
    const std::vector<CertifiedSample> moved = CertifySamples(sensitivity_, &model_);
    for (std::size_t l = 0; l < kBatch; ++l) {
      const double radius = samples_[l].radius(ball);
      if (radius == 0) continue;
      double square = 0;
      for (std::size_t i = l; i < z.size(); i += kBatch) square += (z[i] - z_[i]) * (z[i] - z_[i]);
      const double ratio = std::sqrt(square) / (radius * sensitivity_.of_z(ball));
      tally->largest = std::max(tally->largest, ratio);
      ++tally->trials;
      if (moved[l].predicted != samples_[l].predicted || ratio > 1 + 1e-5) ++tally->violated;
    }
  }

 private:
  static constexpr Index kDim = 10;
  static constexpr std::size_t kBatch = 40;

  static std::vector<std::string> Overrides(int i, Random* random) {
    const char* const sigmas[] = {"relu", "tanh", "softplus", "hard_tanh"};
    return {absl::StrCat("equilibrium.operator.dense.m=", std::pow(10.0, -3 * random->Uniform())),
            absl::StrCat("equilibrium.nonlinearity.", sigmas[i % 4], "={}")};
  }
  std::vector<double> Forward(const std::vector<double>& x) {
    model_.Forward(ToTensor(*small_.device, DType::kFloat64,
                            HostArray::From<double>({kDim, static_cast<Index>(kBatch)}, x)));
    return ToDoubles(*small_.device, model_.z());
  }

  Random& random_;
  SmallModel small_;
  Model& model_ = *small_.model;
  std::vector<double> x_ = std::vector<double>(kDim * kBatch), z_;
  Sensitivity sensitivity_;
  std::vector<CertifiedSample> samples_;
};

TEST(CertificatesOfRandomModels, Hold) {
  const char* campaign = std::getenv("MONDEQ_CAMPAIGN");
  const int models = campaign != nullptr ? std::atoi(campaign) : Trials(24, 2);
  Random random(13);
  RandomModel::Tally tally;
  for (int i = 0; i < models; ++i) {
    RandomModel model(i, &random);
    for (Ball ball : kBalls) model.Disturb(ball, &tally);
  }
  std::printf("%d trials, %d violated; z* moves by at most %.3f of its bound\n", tally.trials,
              tally.violated, tally.largest);
  EXPECT_EQ(tally.violated, 0);
  EXPECT_GT(tally.trials, models * 40);
}

INSTANTIATE_TEST_SUITE_P(Models, CertificatesTest,
                         ::testing::Values("equilibrium.operator.dense.m=1",
                                           "equilibrium.operator.dense.m=0.1",
                                           "equilibrium.nonlinearity.tanh={}"));

}  // namespace
}  // namespace mondeq
