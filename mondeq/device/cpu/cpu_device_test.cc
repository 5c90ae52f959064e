// What the CPU device does beyond what every device must (device_test.cc).
#include "mondeq/device/cpu/cpu_device.h"

#include <tuple>

#include "Eigen/LU"
#include "gtest/gtest.h"
#include "mondeq/testing/scoped_isa.h"
#include "mondeq/testing/tensors.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

class CpuDeviceTest : public testing::TestWithParam<std::tuple<int, DType, Isa>> {};

// The symmetric part of these matrices is not positive definite: rows have to be exchanged.
TEST_P(CpuDeviceTest, InverseTakesMatricesThatNeedPivots) {
  const auto [threads, dtype, isa] = GetParam();
  const ScopedIsa scope(isa);
  const std::unique_ptr<Device> device = MakeCpuDevice(threads);
  Random random(7);
  for (Index n : {2, 17, 90, 200}) {
    const MatrixXd shift = 3 * std::sqrt(static_cast<double>(n)) * MatrixXd::Identity(n, n);
    Tensor a = FromMatrix(*device, dtype, RandomMatrix(n, n, &random) + shift);
    MatrixXd rounded = ToMatrix(*device, a);
    rounded.row(0).swap(rounded.row(n - 1));
    a = FromMatrix(*device, dtype, rounded);
    const Tensor inverse = device->Allocate(dtype, a.shape());
    device->Inverse(a, inverse);
    EXPECT_LE(RelativeError(ToMatrix(*device, inverse), rounded.inverse()),
              10 * Tolerance(dtype, 64))
        << n;
  }
}

INSTANTIATE_TEST_SUITE_P(All, CpuDeviceTest,
                         testing::Combine(testing::Values(1, 2, 3),
                                          testing::Values(DType::kFloat32, DType::kFloat64),
                                          testing::ValuesIn(AvailableIsas())));

}  // namespace
}  // namespace mondeq
