// The device primitives against Eigen in float64, for both types, shapes that fill no vector, and
// several threads.
#include "mondeq/device/device.h"

#include <tuple>

#include "Eigen/LU"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/device/cpu/cpu_device.h"
#include "mondeq/device/create_device.h"
#include "mondeq/device/for_each.h"
#include "mondeq/device/isa.h"
#include "mondeq/device/parameters.h"
#include "mondeq/device/scratch.h"
#include "mondeq/testing/scoped_isa.h"
#include "mondeq/testing/tensors.h"

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
  std::unique_ptr<Device> device_ = MakeCpuDevice(std::get<0>(GetParam()));
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
  for (Index n : {1, 2, 17, 90}) {
    // Needs row exchanges: the leading entry is zero.
    MatrixXd a =
        RandomValues(n, n) + 2 * std::sqrt(static_cast<double>(n)) * MatrixXd::Identity(n, n);
    if (n > 1) a.row(0).swap(a.row(n - 1));
    const Tensor inverse = Upload(MatrixXd::Zero(n, n));
    device_->Inverse(Upload(a), inverse);
    EXPECT_LE(RelativeError(Download(inverse), a.inverse()), 10 * tolerance_) << n;
  }
}

// Adds 1000 row + lane to every element and counts visits.
class Stamp final : public BlockMap {
 public:
  Stamp(DType dtype, MatrixXd* visits) : dtype_(dtype), visits_(visits) {}
  void operator()(const Block& block) const override {
    DispatchFloat(dtype_, [&](auto zero) {
      auto* v = static_cast<decltype(zero)*>(block.v);
      for (Index i = 0; i < block.rows; ++i) {
        for (Index l = 0; l < block.lanes; ++l) {
          const Index row = block.row(i), lane = block.first_lane + l;
          v[i * block.stride + l] += static_cast<decltype(zero)>(1000 * row + lane);
          (*visits_)(row, lane) += 1;
        }
      }
    });
  }

 private:
  DType dtype_;
  MatrixXd* visits_;
};

TEST_P(DeviceTest, MapsVisitEveryElementOnce) {
  for (Index dim : {1, 6, 87}) {
    for (Index batch : {1, 15, 33, 128}) {
      const MatrixXd m = RandomValues(dim, dim), x = RandomValues(dim, batch);
      const MatrixXd stamp = MatrixXd::NullaryExpr(
          dim, batch, [](Index i, Index l) { return static_cast<double>(1000 * i + l); });
      MatrixXd visits = MatrixXd::Zero(dim, batch);
      const Tensor tensor = Upload(x);
      device_->Map(tensor, Stamp(dtype_, &visits));
      EXPECT_EQ(visits, MatrixXd::Ones(dim, batch));
      EXPECT_LE(RelativeError(Download(tensor), x + stamp), tolerance_);

      visits.setZero();
      const Tensor product = Upload(x);
      device_->MultiplyThenMap(Upload(m), Transpose::kYes, product, Stamp(dtype_, &visits));
      EXPECT_EQ(visits, MatrixXd::Ones(dim, batch));
      EXPECT_LE(RelativeError(Download(product), m.transpose() * x + stamp), tolerance_);
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

struct Square {
  double* x;
  void operator()(Index i) const { x[i] *= x[i]; }
};

TEST_P(DeviceTest, ForEachVisitsEveryElementOnce) {
  for (Index n : {0, 1, 4095, 100000}) {
    std::vector<double> x(static_cast<std::size_t>(n), 3.0);
    ForEach(*device_, n, Square{x.data()});
    EXPECT_THAT(x, testing::Each(9.0));
  }
}

INSTANTIATE_TEST_SUITE_P(Cpu, DeviceTest,
                         testing::Combine(testing::Values(1, 2, 3),
                                          testing::Values(DType::kFloat32, DType::kFloat64),
                                          testing::ValuesIn(AvailableIsas())));

TEST(ScratchTest, GrowsAndKeeps) {
  auto device = MakeCpuDevice(1);
  Scratch scratch;
  void* large = scratch.Get(*device, DType::kFloat32, {10, 20}).raw();
  EXPECT_EQ(scratch.Get(*device, DType::kFloat32, {3, 4}).raw(), large);
  EXPECT_EQ(scratch.get().shape(), Shape({3, 4}));
  EXPECT_EQ(scratch.Get(*device, DType::kFloat32, {200}).raw(), large);
}

TEST(ParameterStoreTest, InitialValuesDependOnSeedAloneAndKeepTheirBounds) {
  auto device = MakeCpuDevice(1);
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
