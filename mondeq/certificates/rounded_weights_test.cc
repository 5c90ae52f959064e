// Models of rounded weights against dense linear algebra, and how far they move against the bounds.
#include "mondeq/certificates/rounded_weights.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "Eigen/SVD"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "mondeq/certificates/certified_model_testing.h"
#include "mondeq/certificates/columns.h"
#include "mondeq/certificates/lipschitz_above.h"
#include "mondeq/core/random.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

HostMatrix OnGrid(int bits, HostMatrix values) {
  double largest = 0;
  for (Index i = 0; i < values.size(); ++i) largest = std::max(largest, std::abs(values.data()[i]));
  const double levels = std::pow(2, bits - 1) - 1;
  for (Index i = 0; i < values.size(); ++i)
    values.data()[i] = std::round(values.data()[i] / largest * levels) * largest / levels;
  return values;
}

TEST(Rounded, IsTheNearestOfAGridWithBothEnds) {
  HostMatrix values(1, 6);
  values << -1.5, -0.8, 0.2, 0, 0.9, 1.4;
  HostMatrix expected(1, 6);
  expected << -1.5, -1.5, 0, 0, 1.5, 1.5;
  EXPECT_EQ(Rounded(2, values), 1.5 * (expected / 1.5));
  expected << -1.5, -1, 0, 0, 1, 1.5;
  EXPECT_LE((Rounded(3, values) - expected).norm(), 1e-15);
  EXPECT_EQ(Rounded(2, HostMatrix::Zero(2, 2)), HostMatrix::Zero(2, 2));
}

// A model with a batch of random inputs that it has certified.
class Certified {
 public:
  Certified(Model* model, std::uint64_t seed) : model_(*model) {
    Random random(seed);
    x_ = CertifyRandomInputs(kBatch, &random, model);
    CertifiedBatch batch;
    batch.x.assign(x_.data(), x_.data() + x_.size());
    batch.samples = CertifySamples(FindSensitivity({1}, model), model);
    batches_.push_back(batch);
  }

  RoundedWeights Round(int bits) {
    SingleRank alone;
    auto rounded = RoundWeights(bits, batches_, &model_, alone);
    EXPECT_TRUE(rounded.ok()) << rounded.status();
    return *rounded;
  }
  const HostMatrix& x() const { return x_; }

  static constexpr Index kBatch = 20;

 private:
  Model& model_;
  HostMatrix x_;
  std::vector<CertifiedBatch> batches_;
};

const char* const kSigmas[] = {"relu={}",    "tanh={}", "softplus={}",  "hard_tanh={}",
                               "sigmoid={}", "elu={}",  "leaky_relu={}"};

class RandomDense {
 public:
  RandomDense(int i, Random* random)
      : small_({{absl::StrCat("equilibrium.operator.dense.m=",
                              std::pow(10.0, 1 - 2 * random->Uniform())),
                 absl::StrCat("equilibrium.nonlinearity.", kSigmas[i % 7])},
                DType::kFloat64,
                static_cast<std::uint64_t>(i)}),
        certified_(small_.model.get(), static_cast<std::uint64_t>(i)) {}

  Model& model() { return *small_.model; }
  RoundedWeights Round(int bits) { return certified_.Round(bits); }
  HostMatrix W() {
    const Index n = model().op().dim();
    return HostMatrix::Identity(n, n) - OperatorColumns(n, &model());
  }

  // What is certain of the samples, beside the rounded model as it is made and solved here.
  void Check(int bits, double* largest) {
    const RoundedWeights rounded = Round(bits);
    if (rounded.samples.empty()) return;
    const HostMatrix z = Get(model().z());
    const HostMatrix w = OnGrid(bits, W()),
                     b = (OnGrid(bits, Parameter("injection.weight")) * certified_.x()).colwise() +
                         OnGrid(bits, Parameter("injection.bias")).col(0);
    const HostMatrix moved = Solve(bits, w, b);
    const HostMatrix before = (Parameter("readout.weight") * z).colwise() +
                              Parameter("readout.bias").col(0),
                     after = (OnGrid(bits, Parameter("readout.weight")) * moved).colwise() +
                             OnGrid(bits, Parameter("readout.bias")).col(0);
    for (Index l = 0; l < z.cols(); ++l) {
      const RoundedSample& sample = rounded.samples[static_cast<std::size_t>(l)];
      const double distance = (moved.col(l) - z.col(l)).norm(),
                   change = (after.col(l) - before.col(l)).cwiseAbs().maxCoeff();
      EXPECT_NEAR(*sample.z.seen, distance, 1e-6 * (1 + distance));
      EXPECT_NEAR(*sample.logits.seen, change, 1e-6 * (1 + change));
      EXPECT_LE(distance, sample.z.bound + 1e-7);
      EXPECT_LE(change, sample.logits.bound + 1e-7);
      *largest = std::max(*largest, distance / sample.z.bound);
      Index best = 0;
      after.col(l).maxCoeff(&best);
      if (sample.stays) {
        EXPECT_EQ(best, sample.predicted);
      }
    }
  }

 private:
  HostMatrix Get(const Tensor& tensor) { return ToHostMatrix(*small_.device, tensor); }
  HostMatrix Parameter(const char* name) {
    const Tensor& value = model().parameters().Find(name)->value;
    const Index rows = value.shape()[0];
    return Get(value.View({rows, value.shape().size() / rows}));
  }
  // The equilibria of w and b, which they are whatever finds them.
  HostMatrix Solve(int bits, const HostMatrix& w, const HostMatrix& b) {
    const HostMatrix z = RoundedOperator(bits, &model()).Solve(b).z;
    const Tensor p = FromHostMatrix(*small_.device, w * z + b);
    ProxMap(&model().sigma()).Prox(*small_.device, 1, p, p);
    EXPECT_LE((Get(p) - z).norm(), 1e-8 * (1 + z.norm()));
    return z;
  }

  SmallModel small_;
  Certified certified_;
};

// MONDEQ_CAMPAIGN says of how many models.
TEST(RoundWeights, NothingMovesFurtherThanItsBound) {
  const char* campaign = std::getenv("MONDEQ_CAMPAIGN");
  const int models = campaign != nullptr ? std::atoi(campaign) : Trials(14, 1);
  Random random(31);
  double largest = 0;
  for (int i = 0; i < models; ++i) {
    RandomDense dense(i, &random);
    for (int bits : {3, 5, 8, 16}) dense.Check(bits, &largest);
  }
  std::printf("z* moves by at most %.2f of its bound\n", largest);
  EXPECT_GT(largest, 0.5);
}

TEST(RoundWeights, TheChangeIsThatOfTheMatrixAndFallsWithBits) {
  Random random(32);
  for (int i = 0; i < Trials(8, 1); ++i) {
    RandomDense dense(i, &random);
    const std::vector<double> before = ParameterValues(dense.model());
    double last = std::numeric_limits<double>::infinity(), last_bound = last;
    for (int bits = 2; bits <= 16; bits += Trials(1, 2)) {
      const RoundedWeights rounded = dense.Round(bits);
      const double exact =
          Eigen::JacobiSVD<MatrixXd>(OnGrid(bits, dense.W()) - dense.W()).singularValues()(0);
      EXPECT_GE(rounded.change, exact);
      EXPECT_LE(rounded.change, exact * (1 + kLipschitzGap) + 1e-9);
      EXPECT_EQ(rounded.m, dense.model().op().m() - rounded.change);
      EXPECT_EQ(rounded.samples.empty(), rounded.m <= 0);
      // The step halves with every bit; a grid of one bit less is no part of the finer one.
      if (bits % 4 != 0) continue;
      double bound = 0;
      for (const RoundedSample& sample : rounded.samples) bound = std::max(bound, sample.z.bound);
      EXPECT_LT(rounded.change, last);
      if (rounded.m > 0) {
        EXPECT_LT(bound, last_bound);
        last_bound = bound;
      }
      last = rounded.change;
    }
    EXPECT_EQ(ParameterValues(dense.model()), before);
  }
}

// W of a convolution is rounded by its taps; `op` may be one or not.
class RoundWeightsOf : public ::testing::TestWithParam<std::string> {};

TEST_P(RoundWeightsOf, ImagesIsThatOfTheDenseMatrix) {
  const auto device = MakeTestDevice();
  const auto model = MakeImageModel(GetParam(), device.get());
  Certified certified(model.get(), 17);
  const Index n = model->op().dim();
  const HostMatrix w = HostMatrix::Identity(n, n) - OperatorColumns(n, model.get());
  const HostMatrix z = ToHostMatrix(*device, model->z());
  for (int bits : {4, 8}) {
    RoundedOperator op(bits, model.get());
    const HostMatrix difference = OnGrid(bits, w) - w;
    EXPECT_LE((op.ApplyChange(z) - difference * z).norm(), 1e-9 * z.norm());
    const double exact = Eigen::JacobiSVD<MatrixXd>(difference).singularValues()(0);
    EXPECT_GE(op.change(), exact * (1 - 1e-12));
    EXPECT_LE(op.change(), exact * (1 + kLipschitzGap) + 1e-9);
    const RoundedWeights rounded = certified.Round(bits);
    ASSERT_FALSE(rounded.samples.empty());
    for (const RoundedSample& sample : rounded.samples) {
      EXPECT_LE(*sample.z.seen, sample.z.bound);
      EXPECT_GT(*sample.z.seen, 0.05 * sample.z.bound);
      EXPECT_LE(*sample.logits.seen, sample.logits.bound);
    }
    // z~ is the equilibrium of the matrix.
    const HostMatrix b = ToHostMatrix(*device, model->bias());
    const RoundedOperator::Solution solution = op.Solve(b);
    const Tensor p = FromHostMatrix(*device, OnGrid(bits, w) * solution.z + b);
    ProxMap(&model->sigma()).Prox(*device, 1, p, p);
    EXPECT_LE((ToHostMatrix(*device, p) - solution.z).norm(), 1e-8 * solution.z.norm());
  }
}

INSTANTIATE_TEST_SUITE_P(Operators, RoundWeightsOf,
                         ::testing::Values("[mondeq.conv] { channels: 3 }",
                                           "[mondeq.conv] { channels: 2 torus_rows: 7 }",
                                           "[mondeq.multi_tier_conv] { channels: [3, 4] }"));

}  // namespace
}  // namespace mondeq
