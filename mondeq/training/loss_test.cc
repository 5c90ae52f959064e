#include "mondeq/training/loss.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "mondeq/core/random.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

class LossTest : public ::testing::Test {
 protected:
  template <class T>
  Tensor Make(const std::vector<T>& values, Shape shape) {
    const Tensor tensor = device_->Allocate(DTypeOf<T>(), shape);
    device_->CopyFromHost(values.data(), tensor);
    return tensor;
  }
  std::vector<double> Random_(std::size_t n, double scale, std::uint64_t seed) {
    Random random(seed);
    std::vector<double> values(n);
    for (double& v : values) v = scale * random.Normal();
    return values;
  }
  double LossOf(const std::vector<double>& logits, const std::vector<std::int32_t>& labels) {
    const Index batch = static_cast<Index>(labels.size());
    const Index classes = static_cast<Index>(logits.size()) / batch;
    return loss_.Compute(Make(logits, {classes, batch}), Make(labels, {batch}), nullptr).loss;
  }
  template <class T>
  std::vector<T> Values(const Tensor& tensor) {
    std::vector<T> values(static_cast<std::size_t>(tensor.size()));
    device_->CopyToHost(tensor, values.data());
    return values;
  }

  std::unique_ptr<Device> device_ = MakeTestDevice(2);
  CrossEntropy loss_{device_.get()};
};

TEST_F(LossTest, OfEqualLogitsIsTheLogarithmOfTheClasses) {
  EXPECT_NEAR(LossOf(std::vector<double>(10 * 3, 7.5), {0, 4, 9}), std::log(10.0), 1e-12);
}

TEST_F(LossTest, CountsCorrectSamples) {
  // Samples are columns; the third is a tie, which the first class wins.
  const Tensor logits = Make<float>({3, 0, 1, 0,  //
                                     2, 5, 1, 0,  //
                                     1, 0, 0, 9},
                                    {3, 4});
  EXPECT_EQ(loss_.Compute(logits, Make<std::int32_t>({0, 1, 0, 2}, {4}), nullptr).correct, 4);
  EXPECT_EQ(loss_.Compute(logits, Make<std::int32_t>({1, 1, 1, 0}, {4}), nullptr).correct, 1);
}

TEST_F(LossTest, GradientIsThatOfTheLoss) {
  for (const Index batch : {1, 5, 37}) {
    const Index classes = 4;
    const std::vector<double> logits =
        Random_(static_cast<std::size_t>(classes * batch), 2, static_cast<std::uint64_t>(batch));
    std::vector<std::int32_t> labels;
    for (Index s = 0; s < batch; ++s) labels.push_back(static_cast<std::int32_t>(s * 7 % classes));
    const Tensor gradient = Make(logits, {classes, batch});
    loss_.Compute(Make(logits, {classes, batch}), Make(labels, {batch}), &gradient);
    const std::vector<double> computed = Values<double>(gradient);
    constexpr double kStep = 1e-5;  // central differences: error about 1e-10
    for (std::size_t i = 0; i < logits.size(); ++i) {
      std::vector<double> up = logits, down = logits;
      up[i] += kStep;
      down[i] -= kStep;
      EXPECT_NEAR(computed[i], (LossOf(up, labels) - LossOf(down, labels)) / (2 * kStep), 1e-9);
    }
  }
}

// A sample that is nearly certain: the loss is what the other classes add to 1, exp(-40) twice.
TEST_F(LossTest, IsExactWhereAlmostNothingIsLeft) {
  const Tensor labels = Make<std::int32_t>({1}, {1});
  const auto check = [&](const Tensor& logits, auto zero, double margin, double tolerance) {
    using T = decltype(zero);
    const double rest = 2 * std::exp(-margin);
    EXPECT_NEAR(loss_.Compute(logits, labels, &logits).loss, std::log1p(rest), tolerance * rest);
    const std::vector<T> gradient = Values<T>(logits);
    EXPECT_NEAR(static_cast<double>(gradient[1]), -rest / (1 + rest), tolerance * rest);
    EXPECT_NEAR(static_cast<double>(gradient[0]), rest / 2 / (1 + rest), tolerance * rest);
  };
  check(Make<double>({-20, 20, -20}, {3, 1}), double{}, 40, 1e-12);
  check(Make<float>({-10, 10, -10}, {3, 1}), float{}, 20, 1e-5);
}

TEST_F(LossTest, GradientMayReplaceTheLogits) {
  const std::vector<double> logits = Random_(12, 1, 3);
  const Tensor labels = Make<std::int32_t>({0, 1, 2, 0}, {4});
  const Tensor x = Make(logits, {3, 4}), y = Make(logits, {3, 4});
  loss_.Compute(x, labels, &y);
  loss_.Compute(x, labels, &x);
  EXPECT_EQ(Values<double>(x), Values<double>(y));
}

TEST_F(LossTest, IsStableForLargeLogits) {
  const Tensor labels = Make<std::int32_t>({0, 1}, {2});
  const Tensor x = Make<float>({3e38f, -3e38f, -1e38f, 88, 1e38f, 87}, {3, 2});
  const Tensor gradient = Make<float>(std::vector<float>(6, -1), {3, 2});
  const CrossEntropy::Result result = loss_.Compute(x, labels, &gradient);
  EXPECT_EQ(result.correct, 2);
  EXPECT_NEAR(result.loss, std::log1p(std::exp(-1.0)) / 2, 1e-6);
  for (const float g : Values<float>(gradient)) EXPECT_TRUE(std::isfinite(g));
}

TEST_F(LossTest, IsFiniteWhereTheDifferenceOfLogitsIsBeyondFloat32) {
  const Tensor x = Make<float>({3e38f, -3e38f}, {2, 1});
  EXPECT_NEAR(loss_.Compute(x, Make<std::int32_t>({1}, {1}), &x).loss, 6e38, 1e32);
  EXPECT_EQ(Values<float>(x), (std::vector<float>{1, -1}));
}

TEST_F(LossTest, ShowsNonFiniteLogits) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(std::isfinite(LossOf({nan, 0, 0, 0}, {0, 0})));
  EXPECT_FALSE(std::isfinite(LossOf({0, 0, 0, nan}, {0, 0})));
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(std::isfinite(LossOf({0, 0, 0, infinity}, {0, 1})));
  // Its exp is 0, which must not hide it.
  EXPECT_FALSE(std::isfinite(LossOf({0, 0, 0, -infinity}, {0, 0})));
}

TEST_F(LossTest, Float32AgreesWithFloat64) {
  const std::vector<double> logits = Random_(10 * 128, 5, 1);
  const std::vector<std::int32_t> labels(128, 3);
  const std::vector<float> narrow(logits.begin(), logits.end());
  const double loss = loss_.Compute(Make(narrow, {10, 128}), Make(labels, {128}), nullptr).loss;
  EXPECT_NEAR(loss, LossOf(logits, labels), 1e-6 * loss);
}

}  // namespace
}  // namespace mondeq
