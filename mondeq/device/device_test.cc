// The device primitives against Eigen in float64, for both types, shapes that fill no vector, and
// several threads.
#include "mondeq/device/device.h"

#include <limits>
#include <tuple>

#include "Eigen/LU"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/device/create_device.h"
#include "mondeq/device/isa.h"
#include "mondeq/device/parameters.h"
#include "mondeq/device/scratch.h"
#include "mondeq/testing/scoped_isa.h"
#include "mondeq/testing/stamp_map.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

class DeviceTest : public testing::TestWithParam<std::tuple<int, DType, Isa>> {
 protected:
  Tensor Upload(const MatrixXd& x) { return FromMatrix(*device_, dtype_, x); }
  MatrixXd Download(const Tensor& x) { return ToMatrix(*device_, x); }
  // A random matrix whose entries the type holds exactly.
  MatrixXd RandomValues(Index rows, Index columns) {
    return Download(Upload(RandomMatrix(rows, columns, &random_)));
  }

  ScopedIsa isa_{std::get<2>(GetParam())};
  std::unique_ptr<Device> device_ = MakeTestDevice(std::get<0>(GetParam()));
  DType dtype_ = std::get<1>(GetParam());
  double tolerance_ = Tolerance(dtype_, 64);
  Random random_{7};
};

TEST_P(DeviceTest, MatMul) {
  for (const auto& [m, k, n] : {std::tuple<Index, Index, Index>{1, 1, 1},
                                {7, 5, 3},
                                {33, 81, 100},
                                {100, 81, 33},
                                {87, 784, 1},
                                {1, 40, 50},
                                {64, 64, 64}}) {
    for (Transpose ta : {Transpose::kNo, Transpose::kYes}) {
      for (Transpose tb : {Transpose::kNo, Transpose::kYes}) {
        const MatrixXd a = RandomValues(m, k), b = RandomValues(k, n), c = RandomValues(m, n);
        const Tensor x = Upload(ta == Transpose::kNo ? a : a.transpose());
        const Tensor y = Upload(tb == Transpose::kNo ? b : b.transpose());
        const Tensor z = Upload(c);
        device_->MatMul(1.5, x, ta, y, tb, -0.5, z);
        EXPECT_LE(RelativeError(Download(z), 1.5 * a * b - 0.5 * c), tolerance_)
            << m << " " << k << " " << n;
        device_->Fill(std::nan(""), z);
        device_->MatMul(1, x, ta, y, tb, 0, z);
        EXPECT_LE(RelativeError(Download(z), a * b), tolerance_) << m << " " << k << " " << n;
      }
    }
  }
}

TEST_P(DeviceTest, Inverse) {
  for (Index n : {1, 2, 17, 90, 200}) {
    // The symmetric part of a random matrix is smaller than what is added.
    const MatrixXd a =
        RandomValues(n, n) + 3 * std::sqrt(static_cast<double>(n)) * MatrixXd::Identity(n, n);
    const Tensor inverse = Upload(MatrixXd::Zero(n, n));
    device_->Inverse(Upload(a), inverse);
    EXPECT_LE(RelativeError(Download(inverse), a.inverse()), 10 * tolerance_) << n;
  }
}

TEST_P(DeviceTest, MapsVisitEveryElementOnce) {
  for (Index dim : {1, 6, 87}) {
    for (Index batch : {1, 15, 33, 128}) {
      const MatrixXd m = RandomValues(dim, dim), x = RandomValues(dim, batch);
      const MatrixXd stamp = RandomValues(dim, batch);
      const Tensor tensor = Upload(x), visits = Upload(MatrixXd::Zero(dim, batch));
      const StampMap map(2, Upload(stamp), visits);
      device_->Map(tensor, map);
      EXPECT_EQ(Download(visits), MatrixXd::Ones(dim, batch));
      EXPECT_LE(RelativeError(Download(tensor), 2 * x + stamp), tolerance_);

      const Tensor product = Upload(x);
      device_->MultiplyThenMap(Upload(m), Transpose::kYes, product, map);
      EXPECT_EQ(Download(visits), MatrixXd::Constant(dim, batch, 2));
      EXPECT_LE(RelativeError(Download(product), 2 * m.transpose() * x + stamp), tolerance_);
    }
  }
}

TEST_P(DeviceTest, RowsColumnsAndSums) {
  const MatrixXd x = RandomValues(13, 21), y = RandomValues(13, 21), b = RandomValues(13, 1);
  const Tensor tx = Upload(x), ty = Upload(y), tb = Upload(b);
  EXPECT_NEAR(device_->Dot(tx, ty), (x.array() * y.array()).sum(), 1e-12 * x.norm() * y.norm());
  std::vector<double> sums;
  device_->SquareColumns(tx, &sums);
  EXPECT_LE((Eigen::Map<MatrixXd>(sums.data(), 1, 21) - x.colwise().squaredNorm()).norm(), 1e-11);
  device_->SumColumns(tx, &sums);
  EXPECT_LE((Eigen::Map<MatrixXd>(sums.data(), 1, 21) - x.colwise().sum()).norm(), 1e-11);

  const Tensor row_sums = Upload(b);
  device_->SumRows(tx, 1, row_sums);
  EXPECT_LE(RelativeError(Download(row_sums), x.rowwise().sum() + b), tolerance_);
  device_->Fill(std::nan(""), row_sums);
  device_->SumRows(tx, 0, row_sums);
  EXPECT_LE(RelativeError(Download(row_sums), x.rowwise().sum()), tolerance_);

  device_->AddToRows(tb, tx);
  EXPECT_LE(RelativeError(Download(tx), x.colwise() + b.col(0)), tolerance_);
  device_->Axpby(2, ty, -3, tx);
  EXPECT_LE(RelativeError(Download(tx), MatrixXd(2 * y - 3 * (x.colwise() + b.col(0)))),
            tolerance_);
}

TEST_P(DeviceTest, SumsOfRunsOfRows) {
  const MatrixXd x = RandomValues(70, 21);
  std::vector<std::vector<double>> sums;
  device_->SumColumnsOf(Upload(x), {3, 4, 70}, &sums);
  ASSERT_EQ(sums.size(), 3u);
  const auto expect = [&](std::size_t run, Index begin, Index end) {
    const MatrixXd sum = x.middleRows(begin, end - begin).colwise().sum();
    EXPECT_LE((Eigen::Map<MatrixXd>(sums[run].data(), 1, 21) - sum).norm(), 1e-11);
  };
  expect(0, 0, 3);
  expect(1, 3, 4);
  expect(2, 4, 70);
}

TEST_P(DeviceTest, NotANumberIsNotSummedAway) {
  MatrixXd x = RandomValues(40, 5);
  x(17, 3) = std::nan("");
  std::vector<double> sums;
  device_->SumColumns(Upload(x), &sums);
  EXPECT_TRUE(std::isnan(sums[3]));
  EXPECT_FALSE(std::isnan(sums[2]));
  EXPECT_TRUE(std::isnan(device_->Dot(Upload(x), Upload(x))));
}

TEST_P(DeviceTest, BatchedMatMul) {
  const Index count = 5, m = 3, k = 4, n = 6;
  const MatrixXd a = RandomValues(count * m, k), b = RandomValues(count * k, n),
                 c = RandomValues(count * m, n), shared = RandomValues(m, k);
  const Tensor ta = Upload(a).View({count, m, k}), tb = Upload(b).View({count, k, n});
  const Tensor each = Upload(c), sum = Upload(c.topRows(m));
  device_->BatchedMatMul(2, ta, Transpose::kNo, tb, Transpose::kNo, -1, each.View({count, m, n}));
  device_->BatchedMatMul(2, ta, Transpose::kNo, tb, Transpose::kNo, -1, sum);
  MatrixXd products(count * m, n), total = -c.topRows(m), by_one(count * m, n);
  for (Index i = 0; i < count; ++i) {
    const MatrixXd right = b.middleRows(i * k, k);
    products.middleRows(i * m, m) = 2 * a.middleRows(i * m, m) * right;
    by_one.middleRows(i * m, m) = shared * right;
    total += products.middleRows(i * m, m);
  }
  EXPECT_LE(RelativeError(Download(each), products - c), tolerance_);
  EXPECT_LE(RelativeError(Download(sum), total), tolerance_);
  device_->BatchedMatMul(1, Upload(shared), Transpose::kNo, tb, Transpose::kNo, 0,
                         each.View({count, m, n}));
  EXPECT_LE(RelativeError(Download(each), by_one), tolerance_);
}

TEST_P(DeviceTest, ForEachVisitsEveryElementOnce) {
  for (Index n : {0, 1, 4095, 100000}) {
    const Tensor x = device_->Allocate(dtype_, {n});
    device_->Fill(3, x);
    Square(*device_, x);
    EXPECT_EQ(Download(x), MatrixXd::Constant(n, 1, 9));
  }
}

TEST_P(DeviceTest, PeakIsOfItsOwnMemory) {
  const std::size_t bytes = device_->Allocate(dtype_, {1 << 20}).bytes();
  if (device_->shares_host_memory()) {
    EXPECT_EQ(device_->memory().peak, 0u);
  } else {
    EXPECT_GE(device_->memory().peak, bytes);
  }
}

INSTANTIATE_TEST_SUITE_P(All, DeviceTest,
                         testing::Combine(testing::ValuesIn(TestThreads({1, 2, 3})),
                                          testing::Values(DType::kFloat32, DType::kFloat64),
                                          testing::ValuesIn(TestIsas())));

TEST(FreeBytesTest, OnlyMemoryOfItsOwnIsBounded) {
  const auto device = MakeTestDevice();
  const std::size_t before = device->memory().free;
  EXPECT_EQ(before == std::numeric_limits<std::size_t>::max(), device->shares_host_memory());
  const Tensor taken = device->Allocate(DType::kUInt8, {Index{1} << 26});
  EXPECT_GT(device->memory().free, 0u);
  // Memory that was freed before may have stayed with the device, which then needs no more of it.
  EXPECT_LE(device->memory().free, before);
}

TEST(ScratchTest, GrowsAndKeeps) {
  auto device = MakeTestDevice();
  Scratch scratch;
  void* large = scratch.Get(*device, DType::kFloat32, {10, 20}).raw();
  EXPECT_EQ(scratch.Get(*device, DType::kFloat32, {3, 4}).raw(), large);
  EXPECT_EQ(scratch.get().shape(), Shape({3, 4}));
  EXPECT_EQ(scratch.Get(*device, DType::kFloat32, {200}).raw(), large);
}

TEST(ParameterStoreTest, InitialValuesDependOnSeedAloneAndKeepTheirBounds) {
  auto device = MakeTestDevice();
  const auto make = [&](DType dtype, std::uint64_t seed) {
    auto store = std::make_unique<ParameterStore>();
    store->Add("a", {3, 4}, 0, 0.5);
    store->Add("b", {2}, 1, 0);
    store->Allocate(*device, dtype, seed);
    return store;
  };
  const auto store = make(DType::kFloat64, 3);
  const MatrixXd values = ToMatrix(*device, store->values());
  EXPECT_EQ(store->count(), 14);
  EXPECT_LE(values.topRows(12).cwiseAbs().maxCoeff(), 0.5);
  EXPECT_GT(values.topRows(12).cwiseAbs().maxCoeff(), 0.25);
  EXPECT_EQ(ToMatrix(*device, store->Find("b")->value), MatrixXd::Ones(2, 1));
  EXPECT_EQ(ToMatrix(*device, store->gradients()), MatrixXd::Zero(14, 1));
  EXPECT_EQ(ToMatrix(*device, make(DType::kFloat64, 3)->values()), values);
  EXPECT_NE(ToMatrix(*device, make(DType::kFloat64, 4)->values()), values);
  EXPECT_LE(RelativeError(ToMatrix(*device, make(DType::kFloat32, 3)->values()), values), 1e-7);
}

TEST(CreateDeviceTest, SaysWhatItTookAndWhy) {
  std::string why;
  EXPECT_EQ((*CreateDevice("cpu", 2, &why))->Describe(), "cpu, 2 threads");
  auto automatic = CreateDevice("auto", 1, &why);
  ASSERT_TRUE(automatic.ok());
  EXPECT_THAT(why, testing::HasSubstr("--device=auto"));
  const auto unknown = CreateDevice("gpu", 1, &why);
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(unknown.status().message()), testing::HasSubstr("found \"gpu\""));
  for (int threads : {-1, 1000000}) {
    EXPECT_EQ(CreateDevice("cpu", threads, &why).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace mondeq
