// Tests sums over pairs of taps against their definitions.
#include "mondeq/operators/taps.h"

#include <tuple>

#include "gtest/gtest.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

constexpr Index kN = 4;

class TapsTest : public testing::TestWithParam<std::tuple<Index, DType>> {
 protected:
  Tensor Taps(const MatrixXd& taps, Index size) {
    return FromMatrix(*device_, dtype_, taps).View({size, size, kN, kN});
  }
  MatrixXd Values(Index size) {
    return Rounded(dtype_, RandomMatrix(size * size * kN, kN, &random_));
  }
  MatrixXd Found(const Tensor& taps, Index size) {
    return ToMatrix(*device_, taps.View({size * size * kN, kN}));
  }
  // Calls f(e, h, d), as indices of taps, for the offsets e and h = e + d of the kernel.
  template <class F>
  void ForEveryPair(F&& f) {
    for (Index e = 0; e < k_ * k_; ++e) {
      for (Index h = 0; h < k_ * k_; ++h)
        f(e, h, (h / k_ - e / k_ + k_ - 1) * wide_ + h % k_ - e % k_ + k_ - 1);
    }
  }
  static auto Tap(MatrixXd& taps, Index t) { return taps.middleRows(t * kN, kN); }

  const Index k_ = std::get<0>(GetParam()), wide_ = 2 * k_ - 1;
  const DType dtype_ = std::get<1>(GetParam());
  const double tolerance_ = Tolerance(dtype_, 32);
  std::unique_ptr<Device> device_ = MakeTestDevice(2);
  TapScratch scratch_;
  Random random_{1};
};

TEST_P(TapsTest, GramIsTheKernelOfTheProduct) {
  MatrixXd a = Values(k_), expected = Values(wide_);
  const Tensor w = Taps(expected, wide_);
  ForEveryPair([&](Index e, Index h, Index d) {
    Tap(expected, d) -= 0.5 * Tap(a, e).transpose() * Tap(a, h);
  });
  AddGram(*device_, -0.5, Taps(a, k_), &scratch_, w);
  EXPECT_LE(RelativeError(Found(w, wide_), expected), tolerance_);
}

TEST_P(TapsTest, GradientOfGramIsThatOfItsSumOfProducts) {
  MatrixXd a = Values(k_), g = Values(wide_), expected = MatrixXd::Zero(a.rows(), kN);
  const Index taps = wide_ * wide_;
  ForEveryPair([&](Index e, Index h, Index d) {
    Tap(expected, h) -= Tap(a, e) * (Tap(g, d) + Tap(g, taps - 1 - d).transpose());
  });
  const Tensor work = Taps(g, wide_), da = Taps(a, k_);
  GradientOfGram(*device_, Taps(a, k_), Taps(g, wide_), work, &scratch_, da);
  EXPECT_LE(RelativeError(Found(da, k_), expected), tolerance_);
}

INSTANTIATE_TEST_SUITE_P(Sizes, TapsTest,
                         testing::Combine(testing::Values(1, 3, 5),
                                          testing::Values(DType::kFloat32, DType::kFloat64)));

}  // namespace
}  // namespace mondeq
