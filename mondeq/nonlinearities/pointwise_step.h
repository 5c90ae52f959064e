// The pointwise half of a splitting method's iteration, as numbers: linear forms around one prox.
//   v  = M r + c                       what the multiplier gives (multiplier.h)
//   p  = argument(v, q, z)
//   z+ = prox^alpha(p), or p without a prox
//   q+ = memory(v, q, z, p, z+)
//   r+ = next(v, q, z, p, z+)
//   d  = residual(v, q, z, p, z+)
// z is the iterate that approaches z*; q is what a method remembers besides. Both are 0 at first. d
// vanishes at the equilibrium, and its size tells how far that is (stopping.h). Where it takes two
// states to tell that, d is the pair of residual and second_residual.
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
  LinearForm residual = kChange;
  bool prox = true;
  LinearForm second_residual = {};

  // z+ - z, and p
  static constexpr LinearForm kChange{0, 0, -1, 0, 1}, kArgument{0, 0, 0, 1, 0};

  bool remembers_argument() const { return memory == kArgument; }
  // Whether p, q+ or r+ follow from q, so that it must be kept whatever d is.
  bool needs_memory() const { return argument.q != 0 || next.q != 0 || memory.q != 0; }
  bool uses_memory() const {
    return needs_memory() || residual.q != 0 || second_residual.q != 0 || !(memory == LinearForm());
  }
};

// What a step's forms use. The loop is compiled for each kind, since most methods need little.
enum class StepKind {
  kForgetful,    // p is a form of v, r+ one of p and z+, d is z+ - z; there is no q
  kRemembering,  // p is a form of v and q, r+ one of p and z+, d is z+ - z; q+ = p
  kTracking,     // as before, but d is a form of v and q; z+ is not stored, for it is prox(q+)
  kGeneral       // p, q+, r+ and d are forms of everything
};

inline StepKind KindOf(const PointwiseStep& step) {
  const LinearForm& next = step.next;
  if (step.argument.z != 0 || next.v != 0 || next.q != 0 || next.z != 0) return StepKind::kGeneral;
  if (!(step.second_residual == LinearForm())) return StepKind::kGeneral;
  const bool watches_z = step.residual == PointwiseStep::kChange;
  if (!step.uses_memory() && watches_z) return StepKind::kForgetful;
  if (!step.remembers_argument()) return StepKind::kGeneral;
  if (watches_z) return StepKind::kRemembering;
  const bool of_arguments = step.residual.z == 0 && !step.residual.follows_prox();
  return step.prox && of_arguments ? StepKind::kTracking : StepKind::kGeneral;
}

// The arrays that a step reads and writes, all but the sums [dim, batch].
struct StepArrays {
  Tensor c;
  Tensor q;  // may be empty where the step does not use it
  Tensor z;  // may be that of q where the step does not store z+
  // Where it is not empty p is stored too. Only steps of everything do so: in others p is q+.
  Tensor p;
  // Unless it is empty, by what the values of a sample are multiplied before they are squared,
  // [batch], so that the squares neither over- nor underflow. With one sample it has its value dim
  // times: lanes are features then (block_map.h). With a scale every step runs as one of
  // everything.
  Tensor scale;
  // Unless it is empty, 1 for the samples whose q, z and p stay as they are, and 0 for others,
  // [batch]. What such a sample sums means nothing, and its r+ no more than that it stays finite.
  Tensor frozen;
  // The sums over rows of ||scale d||^2 and of (scale z+)^2, to which the step adds, [slots, batch]
  // (block_map.h).
  Tensor residual;
  Tensor size;
  // Whether q and z count as zero, whatever they hold, as they do in the first step. Where such a
  // step tracks it does not store q+ either, which is so much of c as its argument has of v.
  bool from_zero = false;
  // Unless it is 0, so much of c counts as q, whatever q holds: for a tracking step after that one.
  double q_of_c = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_POINTWISE_STEP_H_
