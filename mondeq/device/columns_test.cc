#include "mondeq/device/columns.h"

#include <cstdint>
#include <vector>

#include "Eigen/Core"
#include "gtest/gtest.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

TEST(ColumnsTest, GoAndComeBack) {
  const auto device = MakeTestDevice(2);
  Random random(3);
  for (const DType dtype : {DType::kFloat32, DType::kFloat64}) {
    for (const Index rows : {1, 7, 300}) {
      const MatrixXd x = Rounded(dtype, RandomMatrix(rows, 9, &random));
      const std::vector<std::int32_t> chosen = {0, 2, 3, 8};
      const Tensor columns = device->Allocate(DType::kInt32, {4}),
                   all = FromMatrix(*device, dtype, x), part = device->Allocate(dtype, {rows, 4});
      device->CopyFromHost(chosen.data(), columns);
      GatherColumns(*device, columns, all, part);
      MatrixXd expected = x;
      for (Index i = 0; i < 4; ++i) {
        const Index column = chosen[static_cast<std::size_t>(i)];
        EXPECT_EQ(ToMatrix(*device, part).col(i), x.col(column));
        expected.col(column) *= 2;
      }
      device->Axpby(0, part, 2, part);
      ScatterColumns(*device, columns, part, all);
      EXPECT_EQ(ToMatrix(*device, all), expected);

      const std::vector<std::uint8_t> taken = {1, 0, 0, 2, 1, 0, 0, 0, 1};
      const Tensor mask = device->Allocate(DType::kUInt8, {9}), to = FromMatrix(*device, dtype, x);
      TakeColumns(*device, taken, mask, all, to);
      for (Index i = 0; i < 9; ++i) {
        const MatrixXd& from = taken[static_cast<std::size_t>(i)] != 0 ? expected : x;
        EXPECT_EQ(ToMatrix(*device, to).col(i), from.col(i));
      }
    }
  }
}

}  // namespace
}  // namespace mondeq
