#include "mondeq/operators/lipschitz.h"

#include <cmath>
#include <vector>

#include "mondeq/core/random.h"

namespace mondeq {

double EstimateLipschitz(MonotoneOperator& op, Device& device, DType dtype) {
  // Several start vectors at once make it unlikely that all of them miss the leading singular
  // vector.
  constexpr Index kVectors = 8;
  constexpr int kMaxSteps = 500;
  const Shape shape{op.dim(), kVectors};
  const Tensor x = device.Allocate(dtype, shape), y = device.Allocate(dtype, shape);
  Random random(0);
  DispatchFloat(dtype, [&](auto zero) {
    std::vector<decltype(zero)> start(static_cast<std::size_t>(x.size()));
    for (auto& value : start) value = static_cast<decltype(zero)>(random.Normal());
    device.CopyFromHost(start.data(), x);
  });
  double estimate = 0;
  for (int step = 0; step < kMaxSteps; ++step) {
    device.Axpby(1 / std::sqrt(device.Dot(x, x)), x, 0, x);
    op.Apply(Direction::kForward, x, y);
    device.Axpby(1, x, -1, y);
    op.Apply(Direction::kAdjoint, y, x);
    device.Axpby(1, y, -1, x);
    const double next = std::sqrt(std::sqrt(device.Dot(x, x)));
    const bool settled = std::abs(next - estimate) <= 1e-5 * next;
    estimate = next;
    if (settled) break;
  }
  return estimate;
}

}  // namespace mondeq
