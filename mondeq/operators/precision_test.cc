// How exact float32 is, and float32 with products in TF32 where a device has them: every operator
// is compared with itself in float64 on the CPU.
#include "gmock/gmock.h"
#include "mondeq/core/registry.h"
#include "mondeq/device/cpu/cpu_device.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/testing/examples.h"
#include "mondeq/testing/multiply.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

// The relative errors that are allowed. float32 has 24 bits, and sums have some hundred terms. TF32
// rounds factors to 11 bits, by up to 5e-4 each, and these errors mostly average out.
constexpr double kFloat32Bound = 5e-6, kTf32Bound = 2e-3;

// W x, W' x, V x and V' x, one after the other.
MatrixXd Products(const OperatorConfig& config, Device* device, DType dtype, bool tf32) {
  ParameterStore store;
  const auto op = *Registry<MonotoneOperator>::Create(
      config, ConfigSource(), {Features{8, 8, 2}, {&store, "operator"}, device, dtype});
  store.Allocate(*device, dtype, 11);
  op->ParametersChanged();
  Random random(4);
  const Index n = op->dim(), batch = 20;
  const MatrixXd x = RandomMatrix(n, batch, &random);
  const Tensor tx = FromMatrix(*device, dtype, x), y = device->Allocate(dtype, {n, batch});
  MatrixXd all(n, 4 * batch);
  device->AllowTf32(tf32);
  Index column = 0;
  for (Direction direction : {Direction::kForward, Direction::kAdjoint}) {
    op->Apply(direction, tx, y);
    all.middleCols(column, batch) = ToMatrix(*device, y);
    all.middleCols(column + batch, batch) =
        Multiply(*device, dtype, *op, direction, multiplier::V(0.7), x);
    column += 2 * batch;
  }
  device->AllowTf32(false);
  return all;
}

TEST(PrecisionTest, ErrorsOfEveryOperator) {
  const auto exact = MakeCpuDevice(1);
  const auto device = MakeTestDevice();
  for (const OperatorConfig& config : LoadExamples<OperatorExamples>()) {
    SCOPED_TRACE(config.ShortDebugString());
    const MatrixXd expected = Products(config, exact.get(), DType::kFloat64, false);
    const auto error = [&](DType dtype, bool tf32) {
      return RelativeError(Products(config, device.get(), dtype, tf32), expected);
    };
    const double float32 = error(DType::kFloat32, false), tf32 = error(DType::kFloat32, true);
    EXPECT_LE(float32, kFloat32Bound);
    EXPECT_LE(tf32, kTf32Bound);
    EXPECT_LE(error(DType::kFloat64, true), 1e-13);  // TF32 leaves float64 alone
    std::printf("%s: float32 %.1e, with TF32 %.1e\n", PluginName(config).c_str(), float32, tf32);
  }
}

}  // namespace
}  // namespace mondeq
