// Interval bounds against linear algebra, attacks and random disturbances.
#include "mondeq/certificates/interval.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "Eigen/LU"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "mondeq/certificates/attack.h"
#include "mondeq/certificates/certified_model_testing.h"
#include "mondeq/certificates/columns.h"
#include "mondeq/core/random.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

// A model at random inputs, with the radii of both kinds.
class Certified {
 public:
  Certified(Device* device, Model* model, double scale, std::uint64_t seed)
      : device_(*device), model_(*model), random_(seed) {
    x_ = CertifyRandomInputs(kBatch, &random_, model);
    sensitivity_ = FindSensitivity({scale}, model);
    samples_ = CertifySamples(sensitivity_, model);
    for (const CertifiedSample& sample : samples_) by_m_.push_back(sample.radius_linf);
    IntervalCertifier(sensitivity_, model).Certify(&samples_);
  }

  std::vector<CertifiedSample>& samples() { return samples_; }
  const std::vector<double>& by_m() const { return by_m_; }
  const Sensitivity& sensitivity() const { return sensitivity_; }
  const HostMatrix& x() const { return x_; }
  void Forward(const HostMatrix& x) { model_.Forward(FromHostMatrix(device_, x)); }

  std::vector<double> Radii() const {
    std::vector<double> radii;
    for (const CertifiedSample& sample : samples_) radii.push_back(*sample.radius_linf_interval);
    return radii;
  }
  std::vector<Index> Classes() const {
    std::vector<Index> classes;
    for (const CertifiedSample& sample : samples_) classes.push_back(sample.predicted);
    return classes;
  }

  // Corners of the certified boxes, or any points in them.
  HostMatrix Disturbed(bool corners) {
    HostMatrix x = x_;
    for (Index l = 0; l < kBatch; ++l) {
      const double radius = *samples_[static_cast<std::size_t>(l)].radius_linf_interval;
      for (Index i = 0; i < x.rows(); ++i) {
        const double side = 2 * random_.Uniform() - 1;
        x(i, l) += sensitivity_.scale(i) * radius * (corners ? (side < 0 ? -1 : 1) : side);
      }
    }
    return x;
  }

  // How many samples change their classes there.
  int Violations(bool corners) {
    Forward(Disturbed(corners));
    const std::vector<CertifiedSample> moved = CertifySamples(sensitivity_, &model_);
    int violations = 0;
    for (std::size_t l = 0; l < moved.size(); ++l)
      violations += moved[l].predicted != samples_[l].predicted ? 1 : 0;
    return violations;
  }

  // How many an attack changes within `times` their radius.
  int Broken(double times) {
    std::vector<double> radii = Radii();
    for (double& radius : radii) radius *= times;
    int broken = 0;
    for (double margin : LeastMargins({Ball::kLInf, 20}, {x_.data(), x_.data() + x_.size()},
                                      Classes(), radii, sensitivity_, &model_))
      broken += margin <= 0 ? 1 : 0;
    return broken;
  }

  static constexpr Index kBatch = 20;

 private:
  Device& device_;
  Model& model_;
  Random random_;
  HostMatrix x_;
  Sensitivity sensitivity_;
  std::vector<CertifiedSample> samples_;
  std::vector<double> by_m_;
};

const char* const kSigmas[] = {"relu={}",       "tanh={}", "softplus={}", "hard_tanh={}",
                               "leaky_relu={}", "elu={}",  "sigmoid={}",  "soft_threshold={}"};

SmallModel RandomModel(int i, Random* random) {
  return SmallModel(
      {{absl::StrCat("equilibrium.operator.dense.m=", std::pow(10.0, 1 - 3 * random->Uniform())),
        absl::StrCat("equilibrium.nonlinearity.", kSigmas[i % 8])},
       DType::kFloat64,
       static_cast<std::uint64_t>(i)});
}

// MONDEQ_CAMPAIGN says of how many models.
TEST(IntervalRadii, NothingWithinChangesTheClass) {
  const char* campaign = std::getenv("MONDEQ_CAMPAIGN");
  const int models = campaign != nullptr ? std::atoi(campaign) : Trials(8, 2);
  Random random(21);
  int trials = 0, violations = 0, broken = 0, broken_far = 0, larger = 0, count = 0;
  for (int i = 0; i < models; ++i) {
    SmallModel small = RandomModel(i, &random);
    Certified certified(small.device.get(), small.model.get(), 2.5, static_cast<std::uint64_t>(i));
    for (int k = 0; k < Trials(10, 2); ++k) {
      violations += certified.Violations(k % 2 == 0);
      trials += Certified::kBatch;
    }
    broken += certified.Broken(1);
    // Otherwise the radii would be empty words.
    broken_far += certified.Broken(10);
    for (std::size_t l = 0; l < certified.samples().size(); ++l) {
      const CertifiedSample& sample = certified.samples()[l];
      EXPECT_EQ(sample.radius_linf, std::max(certified.by_m()[l], *sample.radius_linf_interval));
      EXPECT_GE(sample.radius_l2, sample.radius_linf);
      larger += sample.radius_linf > certified.by_m()[l] ? 1 : 0;
      ++count;
    }
  }
  std::printf("%d trials, %d violated, %d broken by the attack; larger in %d of %d\n", trials,
              violations, broken, larger, count);
  EXPECT_EQ(violations, 0);
  EXPECT_EQ(broken, 0);
  EXPECT_GT(broken_far, count / 3);
  EXPECT_GT(larger, count / 2);
}

// Where all units of a relu are certainly positive the network is linear, and the radius is known.
TEST(IntervalRadii, OfALinearNetworkAreExact) {
  SmallModel small({{}, DType::kFloat64, 7});
  Model& model = *small.model;
  const HostMatrix k = OperatorColumns(model.op().dim(), &model);
  // z* = 1000 and more.
  const Tensor& bias = model.parameters().Find("injection.bias")->value;
  const HostMatrix b = 1000 * k.rowwise().sum().transpose();
  small.device->CopyFromHost(b.data(), bias);
  Certified certified(small.device.get(), &model, 2.5, 3);
  const MatrixXd to_z =
      k.partialPivLu().solve(MatrixXd(InjectionColumns(certified.sensitivity().scale, &model)));
  const MatrixXd r = ReadoutRows(&model).transpose();
  certified.Forward(certified.x());
  const HostMatrix logits = ToHostMatrix(*small.device, model.logits());
  for (std::size_t l = 0; l < certified.samples().size(); ++l) {
    const Index c = certified.samples()[l].predicted;
    double exact = std::numeric_limits<double>::infinity();
    for (Index j = 0; j < 3; ++j) {
      if (j == c) continue;
      const double margin = logits(c, static_cast<Index>(l)) - logits(j, static_cast<Index>(l));
      exact = std::min(exact, margin / ((r.row(c) - r.row(j)) * to_z).cwiseAbs().sum());
    }
    const double found = *certified.samples()[l].radius_linf_interval;
    EXPECT_LE(found, exact);
    // Bisection ends within 3 %, and a turn that gains 2 % more is the last.
    EXPECT_GE(found, 0.95 * exact);
    EXPECT_GT(found, certified.by_m()[l]);
  }
}

// The box itself holds every unit, and the fall every difference of logits; both are near what
// there is.
TEST(IntervalMaps, HoldEveryUnitAndDifference) {
  Random random(5);
  double nearest_unit = 0, nearest_fall = 0;
  for (int i = 0; i < Trials(8, 2); ++i) {
    SmallModel small = RandomModel(i, &random);
    Model& model = *small.model;
    Certified certified(small.device.get(), &model, 2.5, static_cast<std::uint64_t>(i));
    const IntervalWeights weights = FindIntervalWeights(certified.sensitivity().scale, &model);
    ProxAt prox(weights.a, &model);
    const auto arguments = [&] {
      return HostMatrix(weights.w * ToHostMatrix(*small.device, model.z()) +
                        weights.a * ToHostMatrix(*small.device, model.bias()));
    };
    certified.Forward(certified.x());
    const HostMatrix p = arguments();
    const HostMatrix z = ToHostMatrix(*small.device, model.z());
    const double r = 0.02;
    for (CertifiedSample& sample : certified.samples()) sample.radius_linf_interval = r;
    certified.Forward(certified.Disturbed(true));
    const HostMatrix moved = arguments(), moved_z = ToHostMatrix(*small.device, model.z());
    for (Index l = 0; l < Certified::kBatch; ++l) {
      const VectorXd z0 = prox(p.col(l), HostMatrix::Zero(p.rows(), 1)).col(0);
      const IntervalCenter center{p.col(l), z0, 1e-7};
      const VectorXd reach = r * weights.injection.cwiseAbs().rowwise().sum();
      Box box{-3 * reach, 3 * reach};
      const HostMatrix q = HostMatrix::Identity(p.rows(), p.rows());
      const IntervalMap map(weights, center, Chords(center, box, &prox), q, &prox, &model);
      ASSERT_TRUE(map.valid());
      box = {-2 * r * map.gain(), 2 * r * map.gain()};
      const Box image = map.Apply(box, r);
      if ((image.low.array() < box.low.array()).any() ||
          (image.high.array() > box.high.array()).any())
        continue;
      const VectorXd y = moved.col(l) - p.col(l);
      const VectorXd fall = map.Fall(image, r), fell = z0 - moved_z.col(l);
      for (Index k = 0; k < y.size(); ++k) {
        EXPECT_GE(y(k), image.low(k));
        EXPECT_LE(y(k), image.high(k));
        EXPECT_LE(fell(k), fall(k));
        nearest_unit = std::max(nearest_unit, y(k) / image.high(k));
        nearest_fall = std::max(nearest_fall, fell(k) / fall(k));
      }
    }
  }
  std::printf("units reach %.2f of their bounds, falls %.2f\n", nearest_unit, nearest_fall);
  EXPECT_GT(nearest_unit, 0.5);
  EXPECT_GT(nearest_fall, 0.5);
}

// Images with a border at zero, whose states have more than one tier where `op` says so.
class IntervalRadiiOf : public ::testing::TestWithParam<std::string> {};

TEST_P(IntervalRadiiOf, ImagesAreHonest) {
  const auto device = MakeTestDevice();
  const auto model = MakeImageModel(GetParam(), device.get());
  Certified certified(device.get(), model.get(), 2, 17);
  for (double radius : certified.Radii()) EXPECT_GT(radius, 0);
  for (bool corners : {true, false}) EXPECT_EQ(certified.Violations(corners), 0);
  EXPECT_EQ(certified.Broken(1), 0);
  EXPECT_GT(certified.Broken(10), Certified::kBatch / 2);
}

INSTANTIATE_TEST_SUITE_P(Operators, IntervalRadiiOf,
                         ::testing::Values("[mondeq.conv] { channels: 4 }",
                                           "[mondeq.multi_tier_conv] { channels: [3, 4] }"));

// An equilibrium that is not exact counts.
TEST(IntervalRadii, OfAnInexactEquilibriumAreSmaller) {
  SmallModel small({{}, DType::kFloat64, 7});
  Certified certified(small.device.get(), small.model.get(), 2.5, 3);
  small.model->stopping_rule().tolerance = 0.02;
  certified.Forward(certified.x());
  std::vector<CertifiedSample> rough = CertifySamples(certified.sensitivity(), small.model.get());
  IntervalCertifier(certified.sensitivity(), small.model.get()).Certify(&rough);
  double sum = 0, rough_sum = 0;
  for (std::size_t l = 0; l < rough.size(); ++l) {
    sum += *certified.samples()[l].radius_linf_interval;
    rough_sum += *rough[l].radius_linf_interval;
  }
  EXPECT_LT(rough_sum, sum);
}

TEST(IntervalRadii, AreNoneOfWeightsThatOverflow) {
  SmallModel small({{}, DType::kFloat64, 7});
  Model& model = *small.model;
  small.device->Fill(1e200, model.parameters().Find("injection.weight")->value);
  Certified certified(small.device.get(), &model, 2.5, 3);
  for (double radius : certified.Radii()) EXPECT_EQ(radius, 0);
}

}  // namespace
}  // namespace mondeq
