// How u = J (W' u + dl/dz*), and with it every gradient, is found (GradientConfig in model.proto):
// exactly, to a tolerance, by the forward solve's method or one of its own, or by a few terms of
//   u = J g + J W' J g + (J W')^2 J g + ...,   g = dl/dz*
// of which the first alone is Jacobian-free backpropagation (Fung et al. 2022). The series
// converges where a norm of J W' is below 1, which monotonicity does not promise.
#ifndef MONDEQ_MODEL_ADJOINT_H_
#define MONDEQ_MODEL_ADJOINT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "mondeq/core/config_source.h"
#include "mondeq/device/scratch.h"
#include "mondeq/model/model.pb.h"
#include "mondeq/splitting/solver.h"

namespace mondeq {

class Adjoint {
 public:
  // The forward solve, whose ways are those of the adjoint unless it has its own.
  struct Forward {
    const SplittingMethod& method;
    double alpha;
    const StoppingRule& rule;
  };

  // Errors: kInvalidArgument, located in `source`.
  static absl::StatusOr<Adjoint> Create(const GradientConfig& config, const ConfigSource& source,
                                        DType dtype);

  // Writes u for g = dl/dz*, [dim, batch], and tells how the solve ended; a truncated one has
  // converged, after as many iterations as it has products, at a quantity of 0. `prox` is
  // linearised at z*.
  void Find(MonotoneOperator& op, const ProxMap& prox, const Forward& forward, const Tensor& g,
            Device* device, Solver* solver, const Tensor& u, SolveStats* stats);

  // Null unless the adjoint has a method of its own, whose alpha is fixed or automatic.
  const SplittingMethod* method() const { return method_.get(); }
  // The step of that method.
  void set_alpha(double alpha) { alpha_ = alpha; }
  double alpha() const { return alpha_; }

 private:
  void Truncated(MonotoneOperator& op, const ProxMap& prox, const Tensor& g, Device* device,
                 const Tensor& u, SolveStats* stats);

  GradientConfig config_;
  std::unique_ptr<SplittingMethod> method_;
  StoppingRule rule_;  // of that method
  double alpha_ = 1;
  Scratch work_;
};

}  // namespace mondeq

#endif  // MONDEQ_MODEL_ADJOINT_H_
