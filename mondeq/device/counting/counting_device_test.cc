// The counts are those made by hand, and the results those of the plain device to the last bit.
#include "mondeq/device/counting/counting_device.h"

#include <cmath>

#include "gtest/gtest.h"
#include "mondeq/device/cpu/cpu_device.h"
#include "mondeq/testing/tensors.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

constexpr Transpose kNo = Transpose::kNo, kYes = Transpose::kYes;
constexpr double kFloat = 4;

// v <- 2 v + 1
class Double final : public BlockMap {
 public:
  void operator()(const Block& block) const override {
    for (Index i = 0; i < block.rows; ++i) {
      for (Index l = 0; l < block.lanes; ++l) {
        float& v = static_cast<float*>(block.v)[i * block.stride + l];
        v = 2 * v + 1;
      }
    }
  }
};

class CountingDeviceTest : public testing::Test {
 protected:
  Tensor Random(Index rows, Index columns) {
    return FromMatrix(*plain_, DType::kFloat32, RandomMatrix(rows, columns, &random_));
  }
  Tensor Zero(Shape shape) {
    const Tensor x = plain_->Allocate(DType::kFloat32, shape);
    plain_->Fill(0, x);
    return x;
  }
  Tensor CopyOf(const Tensor& x) {
    const Tensor copy = plain_->Allocate(x.dtype(), x.shape());
    plain_->Copy(x, copy);
    return copy;
  }
  void ExpectSame(const Tensor& x, const Tensor& y) {
    EXPECT_EQ(ToMatrix(*plain_, x), ToMatrix(*plain_, y));
  }
  void ExpectWork(double flops, double bytes, double working_set) {
    const Work work = counting_.Take();
    EXPECT_DOUBLE_EQ(work.flops, flops);
    EXPECT_EQ(work.bytes, bytes);
    EXPECT_EQ(work.working_set, working_set);
  }
  static double TransformFlops(double pixels) {
    return 4 * pixels * std::log2(pixels) - 6 * pixels;
  }

  std::unique_ptr<Device> plain_ = MakeCpuDevice(1);
  CountingDevice counting_{plain_.get()};
  mondeq::Random random_{1};
};

TEST_F(CountingDeviceTest, MatMul) {
  const Tensor a = Random(5, 3), b = Random(5, 7), c = Zero({3, 7}), d = Zero({3, 7});
  counting_.MatMul(1, a, kYes, b, kNo, 0, c);
  plain_->MatMul(1, a, kYes, b, kNo, 0, d);
  ExpectSame(c, d);
  const double bytes = kFloat * (15 + 35 + 21);
  ExpectWork(2 * 3 * 5 * 7, bytes, bytes);
  ExpectWork(0, 0, 0);  // taken
}

TEST_F(CountingDeviceTest, BatchedMatMulThatSums) {
  const Tensor a = Random(8, 3).View({4, 2, 3}), b = Random(12, 5).View({4, 3, 5});
  const Tensor c = Zero({2, 5});
  counting_.BatchedMatMul(1, a, kNo, b, kNo, 0, c);
  const double bytes = kFloat * (24 + 60 + 10);
  ExpectWork(4 * 2 * 2 * 3 * 5, bytes, bytes);
}

TEST_F(CountingDeviceTest, Inverse) {
  const Tensor a = Random(6, 6), inverse = Zero({6, 6}), expected = Zero({6, 6});
  counting_.Inverse(a, inverse);
  plain_->Inverse(a, expected);
  ExpectSame(inverse, expected);
  ExpectWork(2 * 216, kFloat * 72, kFloat * 72);
}

TEST_F(CountingDeviceTest, MultiplyThenMap) {
  const Tensor m = Random(6, 6), x = Random(6, 4), expected = CopyOf(x);
  counting_.MultiplyThenMap(m, kNo, x, Double());
  plain_->MultiplyThenMap(m, kNo, expected, Double());
  ExpectSame(x, expected);
  ExpectWork(2 * 36 * 4 + 10 * 24, kFloat * (36 + 5 * 24), kFloat * (36 + 3 * 24));
}

TEST_F(CountingDeviceTest, SmallPassesAreFree) {
  const Tensor x = Random(6, 4), y = Random(6, 4);
  counting_.Axpby(2, x, 1, y);
  counting_.Copy(x, y);
  counting_.Fill(1, y);
  EXPECT_EQ(counting_.Dot(y, y), 24);
  ExpectWork(0, 0, 0);
}

TEST_F(CountingDeviceTest, ProductOnATorus) {
  const auto torus = counting_.MakeTorus(4, 6), plain = plain_->MakeTorus(4, 6);
  const Tensor taps = Random(9 * 2, 3).View({3, 3, 2, 3}), x = Random(24 * 3, 5);
  const Tensor y = Zero({24 * 2, 5}), expected = Zero({24 * 2, 5});
  const auto apply = [&](Torus& t, const Tensor& result) {
    const Tensor matrices = Zero(t.MatricesShape(2, 3));
    const Tensor in = Zero(t.SpectrumShape(3, 5)), out = Zero(t.SpectrumShape(2, 5));
    t.KernelMatrices(taps, Part::All(), matrices);
    t.Transform(x, 3, in);
    counting_.Take();
    t.Multiply(1, matrices, 2, 3, kNo, in, 5, 0, out);
    if (&t == torus.get()) {
      const double bytes = static_cast<double>(matrices.bytes()) + kFloat * 24 * (2 + 3) * 5;
      ExpectWork(6 * 2 * 3 * 2.5 * 24, bytes, bytes);  // two samples a lane
    }
    t.Invert(out, 2, result);
    t.Map(out, 2, 5, Double());
  };
  apply(*plain, expected);
  apply(*torus, y);
  ExpectSame(y, expected);
  const double values = 24 * 2 * 5;
  ExpectWork(3 * 2 * 2.5 * TransformFlops(24) + 10 * values, kFloat * (2 + 5) * values,
             kFloat * 3 * values);
}

TEST_F(CountingDeviceTest, MultiplyThenMapOnATorusIsBoth) {
  const auto torus = counting_.MakeTorus(4, 6);
  const Tensor taps = Random(9 * 3, 3).View({3, 3, 3, 3});
  const Tensor matrices = Zero(torus->MatricesShape(3, 3));
  const Tensor at_once = Zero(torus->SpectrumShape(3, 5)), one_by_one = CopyOf(at_once);
  torus->KernelMatrices(taps, Part::All(), matrices);
  torus->Transform(Random(24 * 3, 5), 3, at_once);
  plain_->Copy(at_once, one_by_one);
  counting_.Take();
  torus->Multiply(1, matrices, 3, 3, kYes, one_by_one, 5, 0, one_by_one);
  torus->Map(one_by_one, 3, 5, Double());
  const Work both = counting_.Take();
  torus->MultiplyThenMap(matrices, 3, kYes, at_once, 5, Double());
  ExpectWork(both.flops, both.bytes, both.working_set);
  ExpectSame(at_once, one_by_one);
}

TEST_F(CountingDeviceTest, ProductsBetweenToruses) {
  const auto torus = counting_.MakeTorus(4, 4), plain = plain_->MakeTorus(4, 4);
  const Tensor taps = Random(9 * 2, 3).View({3, 3, 2, 3}), x = Random(16 * 3, 4);
  const auto down_and_up = [&](Torus& t) {
    const Tensor sampled = Zero(t.SampledShape(2, 3)), whole = Zero(t.SpectrumShape(3, 4));
    const Tensor half = Zero(t.Half().SpectrumShape(2, 4)), y = Zero(x.shape());
    t.SampledMatrices(taps, sampled);
    t.Transform(x, 3, whole);
    counting_.Take();
    t.MultiplyDown(sampled, 2, 3, whole, 4, half);
    t.MultiplyUp(-1, sampled, 2, 3, half, 4, whole);
    const double flops = counting_.Take().flops;
    EXPECT_EQ(flops, &t == torus.get() ? 2 * 6 * 2 * 3 * 2 * 16 : 0);
    t.Invert(whole, 3, y);
    return y;
  };
  ExpectSame(down_and_up(*torus), down_and_up(*plain));
}

TEST_F(CountingDeviceTest, Blocks) {
  const auto torus = counting_.MakeTorus(4, 4);
  const Tensor circular = Zero(torus->MatricesShape(3, 3));
  const Tensor sampled = Zero(torus->SampledShape(2, 3)), blocks = Zero(torus->BlocksShape(3));
  const Tensor x = Zero(torus->SpectrumShape(3, 4));
  torus->MakeBlocks(circular, 3, 1, sampled, 2, false, 1, 0, Part::All(), blocks);
  EXPECT_EQ(counting_.Take().flops, 4 * 6 * 12 * 12 * 2 / 2);  // four frequencies of the half torus
  torus->MultiplyBlocks(1, blocks, 3, kNo, x, 4, 0, x);
  EXPECT_EQ(counting_.Take().flops, 4 * 6 * 12 * 12 * 2);
}

TEST_F(CountingDeviceTest, InverseOnATorus) {
  const auto torus = counting_.MakeTorus(3, 3);
  const Tensor matrices = Zero(torus->MatricesShape(2, 2)), identity = Zero({2, 2});
  Assign(*plain_, MatrixXd::Identity(2, 2), identity);
  torus->KernelMatrices(identity.View({1, 1, 2, 2}), Part::All(), matrices);
  counting_.Take();
  torus->InvertMatrices(2, 1, 0, Part::All(), matrices);
  const auto bytes = static_cast<double>(matrices.bytes());
  ExpectWork(6 * 8 * 5, 2 * bytes, bytes);  // five pairs of frequencies
}

}  // namespace
}  // namespace mondeq
