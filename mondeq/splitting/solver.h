// The one iteration loop. It finds z with 0 in (F + G)(z), F(z) = (I - W) z - b, for any splitting
// method, operator and nonlinearity, and serves both directions:
//   forward   W,  prox of sigma,           b the injection's U x + b    z* = sigma(W z* + b)
//   adjoint   W', prox linearised at z*,   b = dl/dz*                   u = J (W' u + b)
#ifndef MONDEQ_SPLITTING_SOLVER_H_
#define MONDEQ_SPLITTING_SOLVER_H_

#include <vector>

#include "mondeq/device/scratch.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/nonlinearities/step_map.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/splitting/splitting_method.h"
#include "mondeq/splitting/stopping.h"
#include "mondeq/splitting/watch.h"

namespace mondeq {

struct SolveStats {
  // What the sample took that took most.
  int iterations = 0;
  // The largest stopping quantity of a sample at its end.
  double quantity = 0;
  // How the sample ended that ended worst.
  Termination termination = Termination::kConverged;
  // Every sample's own. Where samples end together they take the same iterations.
  std::vector<SampleStats> samples;

  bool converged() const { return termination == Termination::kConverged; }
};

// Where a solve begins: at zero, or at what z holds. That takes a product, which counts as the
// first iteration.
enum class Start { kZero, kGiven };

class Solver {
 public:
  Solver(Device* device, DType dtype) : device_(*device), dtype_(dtype), watch_(device, dtype) {}

  // Leaves the solution in z; b and z are [dim, batch] and share no memory, and `prox` is that of
  // the direction. Unless `p` is empty it gets the argument of the last prox, z = prox^alpha(p),
  // which a certificate needs. Memory is a few states, whatever the number of iterations; nothing
  // is allocated once a batch of this size has been seen.
  // The result is valid until the next Solve.
  const SolveStats& Solve(MonotoneOperator& op, Direction direction, const ProxMap& prox,
                          const SplittingMethod& method, double alpha, const Tensor& b,
                          const StoppingRule& asked, const Tensor& z, const Tensor& p = {},
                          Start start = Start::kZero);

 private:
  // What the first step from z takes as v: the method's M z + c, or for a resolvent, whose v is an
  // argument of the prox, z - alpha F(z).
  const Tensor& FirstV(MonotoneOperator& op, Direction direction, const Multiplier& multiplier,
                       const Tensor& b, const Tensor& z);
  // Gives the map the arrays that a step needs.
  void Provide(const PointwiseStep& step, int k, const Tensor& p, StepArrays* arrays);
  // Stores q where it is a part of c so far.
  void StoreMemory(StepArrays* arrays);
  // From now on the map's squares are scaled, for which it needs z and an array of its own for q.
  void ScaleFromNowOn(const Watch::Problem& problem, StepMap* map);
  // Samples that have ended stay as they are from now on.
  void Freeze(StepArrays* arrays);
  // Sets stats_ to how the samples ended.
  void Report(Index batch, double tolerance);

  Device& device_;
  DType dtype_;
  Watch watch_;
  StoppingTest test_;
  // q_ is the method's memory, v_ that of FirstV.
  Scratch q_, v_, frozen_;
  // What goes to frozen_.
  std::vector<char> bytes_;
  SolveStats stats_;
};

// The rule that a config asks for, for iterations in `dtype`.
StoppingRule MakeStoppingRule(const SplittingConfig& config, DType dtype);

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_SOLVER_H_
