// The pointwise half of a splitting method's iteration, as numbers: linear forms around one prox.
//   v  = M r + c                       what the multiplier gives (multiplier.h)
//   p  = argument(v, q, z)
//   z+ = prox^alpha(p), or p without a prox
//   q+ = memory(v, q, z, p, z+)
//   r+ = next(v, q, z, p, z+)
// z is the iterate that approaches z*; q is what a method remembers besides. Both are 0 at first.
#ifndef MONDEQ_NONLINEARITIES_POINTWISE_STEP_H_
#define MONDEQ_NONLINEARITIES_POINTWISE_STEP_H_

#include "mondeq/device/tensor.h"

namespace mondeq {

// The coefficients of v, q, z, p and z+. Written as on paper: 2 * z_next - p.
struct LinearForm {
  double v = 0, q = 0, z = 0, p = 0, z_next = 0;

  // Whether p or z+ occurs in the form.
  bool follows_prox() const { return p != 0 || z_next != 0; }
};

constexpr bool operator==(const LinearForm& a, const LinearForm& b) {
  return a.v == b.v && a.q == b.q && a.z == b.z && a.p == b.p && a.z_next == b.z_next;
}
constexpr LinearForm operator+(const LinearForm& a, const LinearForm& b) {
  return {a.v + b.v, a.q + b.q, a.z + b.z, a.p + b.p, a.z_next + b.z_next};
}
constexpr LinearForm operator*(double scale, const LinearForm& a) {
  return {scale * a.v, scale * a.q, scale * a.z, scale * a.p, scale * a.z_next};
}
constexpr LinearForm operator-(const LinearForm& a, const LinearForm& b) { return a + -1.0 * b; }

struct PointwiseStep {
  LinearForm argument;
  // All zeros where nothing is remembered: such a step leaves q undefined, until one sets it.
  LinearForm memory;
  LinearForm next;
  bool prox = true;

  bool uses_memory() const { return argument.q != 0 || next.q != 0 || !(memory == LinearForm()); }
};

// The arrays that a step reads and writes, all but the sums [dim, batch].
struct StepArrays {
  Tensor c;
  Tensor q;  // may be empty where the step does not use it
  Tensor z;
  // The sums over rows of (z+ - z)^2 and of z+^2, to which the step adds, [slots, batch]
  // (block_map.h).
  Tensor change;
  Tensor size;
  // Whether q and z count as zero, whatever they hold, as they do in the first step.
  bool from_zero = false;
};

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_POINTWISE_STEP_H_
