#include "mondeq/operators/lipschitz.h"

#include <vector>

#include "mondeq/core/random.h"
#include "mondeq/device/bidiagonal.h"
#include "mondeq/device/norm.h"

namespace mondeq {
namespace {

Tensor RandomUnitVector(Device& device, DType dtype, Index dim) {
  const Tensor x = device.Allocate(dtype, {dim, 1});
  Random random(0);
  DispatchFloat(dtype, [&](auto zero) {
    std::vector<decltype(zero)> values(static_cast<std::size_t>(dim));
    for (auto& value : values) value = static_cast<decltype(zero)>(random.Normal());
    device.CopyFromHost(values.data(), x);
  });
  device.Axpby(1 / Norm(device, x), x, 0, x);
  return x;
}

}  // namespace

double EstimateLipschitz(MonotoneOperator& op, Device& device, DType dtype) {
  const Tensor v = RandomUnitVector(device, dtype, op.dim());
  const Tensor u = device.Allocate(dtype, v.shape()), work = device.Allocate(dtype, v.shape());
  device.Fill(0, u);
  // Makes to = ((I - W) from - last to) / norm, with I - W or its transpose, and returns norm.
  const auto step = [&](Direction direction, const Tensor& from, double last, const Tensor& to) {
    op.Multiply(direction, multiplier::I - multiplier::W, from, work);
    device.Axpby(1, work, -last, to);
    const double norm = Norm(device, to);
    if (norm > 0) device.Axpby(1 / norm, to, 0, to);
    return norm;
  };
  Bidiagonal bidiagonal;
  double alpha = 0, beta = 0;
  do {
    alpha = step(Direction::kForward, v, beta, u);
    beta = step(Direction::kAdjoint, u, alpha, v);
  } while (!bidiagonal.Add(alpha, beta));
  return bidiagonal.estimate();
}

}  // namespace mondeq
