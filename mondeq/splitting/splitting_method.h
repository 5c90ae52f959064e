// Splitting methods for 0 in (F + G)(z), F(z) = (I - W) z - b, G = df, sigma = prox^1_f.
//
// A method is a multiplier and a pointwise map: with r = 0 and z = u = 0 at first,
//   v = M r + c,  u+ = keep u + take v,  z+ = prox^alpha(u+),  r+ = reflect z+ + (1 - reflect) u+
// where M = identity I + factor K, K = W or the resolvent V. Both are plain numbers, so a plugin
// states its formula and the one loop (solver.h) runs it forward and backward, on every operator
// and device.
#ifndef MONDEQ_SPLITTING_SPLITTING_METHOD_H_
#define MONDEQ_SPLITTING_SPLITTING_METHOD_H_

#include <memory>

#include "absl/status/statusor.h"
#include "mondeq/nonlinearities/prox_map.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/splitting/splitting.pb.h"

namespace mondeq {

class SplittingMethod {
 public:
  using Config = SplittingConfig;
  struct Context {};
  static constexpr char kKind[] = "splitting method";

  explicit SplittingMethod(const AlphaConfig& alpha) : alpha_(alpha) {}
  virtual ~SplittingMethod() = default;

  virtual Multiplier multiplier(double alpha) const = 0;
  virtual PointwiseStep pointwise(double alpha) const = 0;
  // The step for an operator with constants m and L = ||I - W||.
  virtual double AutomaticAlpha(double m, double l) const = 0;

  // How alpha is to be chosen.
  const AlphaConfig& alpha() const { return alpha_; }

 private:
  AlphaConfig alpha_;
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_SPLITTING_METHOD_H_
