// What a splitting method sees of a nonlinearity: the elementwise map z = prox^alpha_f(u), alone or
// fused with the pointwise half of a splitting step.
#ifndef MONDEQ_NONLINEARITIES_PROX_MAP_H_
#define MONDEQ_NONLINEARITIES_PROX_MAP_H_

#include <cstdint>

#include "mondeq/device/device.h"

namespace mondeq {

// The pointwise half of an iteration. With v = M r + c out of the multiplier:
//   u+ = keep u + take v
//   z+ = prox^alpha(u+)
//   r+ = reflect z+ + (1 - reflect) u+
// On rows that a mask excludes, z+ = 0.
struct PointwiseStep {
  double alpha = 1;
  double keep = 0;
  double take = 1;
  double reflect = 1;
  // For every row of the state, in the device's memory, 0 where the mask excludes it; or null.
  const std::uint8_t* mask = nullptr;
};

// The arrays that a pointwise step reads and writes, all but the sums [dim, batch].
struct StepArrays {
  Tensor c;
  Tensor u;  // may be empty when keep = 0
  Tensor z;
  // [slots, batch], accumulated: sum over rows of (z+ - z)^2 and of z+^2.
  Tensor change;
  Tensor size;
  // Whether u and z count as zero, whatever they hold: in the first step.
  bool from_zero = false;
};

class ProxMap {
 public:
  virtual ~ProxMap() = default;

  // z = prox^alpha(u). u and z may be the same.
  virtual void Prox(Device& device, double alpha, const Tensor& u, const Tensor& z) const = 0;

  // Runs the step on a block that holds M r; leaves r+ in it.
  virtual void Step(const PointwiseStep& step, const StepArrays& arrays,
                    const Block& block) const = 0;

  // A [dim, batch] state that the map reads beside those; empty if there is none.
  virtual Tensor operand() const { return {}; }
};

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_PROX_MAP_H_
