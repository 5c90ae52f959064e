// Splitting methods for 0 in (F + G)(z), F(z) = (I - W) z - b, G = df, sigma = prox^1_f.
//
// A method is numbers: a multiplier M (multiplier.h) and, for every iteration, a pointwise step
// (pointwise_step.h). With r = 0, z = 0 and q = 0 at first an iteration is
//   v  = M r + c
//   p  = argument,   z+ = prox^alpha(p),   q+ = memory,   r+ = next,   d = residual
// so that a plugin reads like its formula, and the one loop (solver.h) runs it forward and
// backward, on every operator and device. Peaceman-Rachford, for instance, is
//   M = 2 V(alpha) - I,   {v, p, 2 * z_next - p, 0.5 * (v - q)}
//
// d is what tells whether the iteration is done. It is to be such that
//   some element of (F + G)(z+) has a norm of at most (1/alpha + L) ||d||,  L = ||I - W||,
// for then ||z+ - z*|| <= (1/alpha + L) ||d|| / m. Examples:
//   d = z+ - z, the default, where z+ = prox^alpha(z - alpha F(z)): (p - z+)/alpha is in G(z+), and
//       with F(z+) it makes (I - W)(z+ - z) - (z+ - z)/alpha.
//   d = (v - q)/2, where p = q+ and v = R_F R_G q with the reflections R_F = 2 (I + alpha F)^-1 - I
//       and R_G = 2 prox^alpha - I: zh = (I + alpha F)^-1 (2 z - q) is z + d, and (q - z)/alpha, in
//       G(z), makes -d/alpha - (I - W) d with F(z). What holds for z and q holds for z+ and p too,
//       as R_F and R_G do not expand.
// A change of z would not do there: it is 0 wherever q moves along a flat part of sigma. Where it
// takes two forms to bound the element, d is their pair (residual and second_residual).
#ifndef MONDEQ_SPLITTING_SPLITTING_METHOD_H_
#define MONDEQ_SPLITTING_SPLITTING_METHOD_H_

#include <limits>
#include <memory>

#include "absl/status/statusor.h"
#include "mondeq/nonlinearities/pointwise_step.h"
#include "mondeq/operators/multiplier.h"
#include "mondeq/splitting/acceleration.h"
#include "mondeq/splitting/splitting.pb.h"

namespace mondeq {

class SplittingMethod {
 public:
  using Config = SplittingConfig;
  struct Context {};
  static constexpr char kKind[] = "splitting method";

  explicit SplittingMethod(const AlphaConfig& alpha) : alpha_(alpha) {}
  // A method that has one step, and no choice of it.
  explicit SplittingMethod(double alpha) : takes_alpha_(false) { alpha_.set_value(alpha); }
  virtual ~SplittingMethod() = default;

  // M, for the step size alpha.
  virtual Multiplier multiplier(double alpha) const = 0;
  // The step of iteration k = 0, 1, ... An iteration whose step has no prox is never the last, so
  // the first one has a prox.
  virtual PointwiseStep At(int k, double alpha) const = 0;
  // The step size for an operator with constants m and L = ||I - W||.
  virtual double AutomaticAlpha(double m, double l) const = 0;
  // The method need not converge with steps of this size and above.
  virtual double AlphaBound(double /*m*/, double /*l*/) const {
    return std::numeric_limits<double>::infinity();
  }
  // A factor by which the distance of the state from its fixed point falls at least in every
  // iteration, whatever sigma and the bias are; 1 or more where theory gives none. The state is
  // what an iteration goes on with: that is r, or p where the method remembers it.
  virtual double ContractionFactor(double /*alpha*/, double /*m*/, double /*l*/) const { return 1; }
  // Whether it converges on every monotone operator, with the automatic step. One that does not is
  // a baseline, which a warning says.
  virtual bool converges_always() const { return true; }
  // Whether the error falls with the number of iterations only as 1/k, not geometrically.
  virtual bool converges_sublinearly() const { return false; }
  // How the states between iterations are mixed, or null where each is what the iteration gave. A
  // method has one only if its state is p: all its steps are the same, with a prox, p is a form of
  // v and of the p before, and r+ one of p and z+.
  virtual const Acceleration* acceleration() const { return nullptr; }

  // How alpha is to be chosen, if it can be.
  const AlphaConfig& alpha() const { return alpha_; }
  bool takes_alpha() const { return takes_alpha_; }

 protected:
  // The terms of which formulas are made.
  static constexpr Multiplier I = multiplier::I, W = multiplier::W;
  static constexpr Multiplier V(double alpha) { return multiplier::V(alpha); }
  static constexpr LinearForm v{1, 0, 0, 0, 0}, q{0, 1, 0, 0, 0}, z{0, 0, 1, 0, 0},
      p{0, 0, 0, 1, 0}, z_next{0, 0, 0, 0, 1};

 private:
  AlphaConfig alpha_;
  bool takes_alpha_ = true;
};

// A factory for MONDEQ_REGISTER: a method that is made from its config message and nothing else.
template <class Method, class MethodConfig>
absl::StatusOr<std::unique_ptr<SplittingMethod>> MakeMethod(const MethodConfig& config,
                                                            const SplittingMethod::Context&) {
  return std::make_unique<Method>(config);
}

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_SPLITTING_METHOD_H_
