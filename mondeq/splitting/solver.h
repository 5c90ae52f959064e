// The one iteration loop. It finds z with 0 in (F + G)(z), F(z) = (I - W) z - b, for any splitting
// method, operator and nonlinearity, and serves both directions:
//   forward   W,  prox of sigma,           b the injection's U x + b    z* = sigma(W z* + b)
//   adjoint   W', prox linearised at z*,   b = dl/dz*                   u = J (W' u + b)
#ifndef MONDEQ_SPLITTING_SOLVER_H_
#define MONDEQ_SPLITTING_SOLVER_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "mondeq/device/host_values.h"
#include "mondeq/device/scratch.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/nonlinearities/step_map.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/splitting/accelerator.h"
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
  Solver(Device* device, DType dtype)
      : device_(*device), dtype_(dtype), watch_(device, dtype), accelerator_(device, dtype) {}

  // Leaves the solution in z; b and z are [dim, batch] and share no memory, and `prox` is that of
  // the direction. Unless `p` is empty it gets the argument of the last prox, z = prox^alpha(p),
  // which a certificate needs. Memory is a few states, whatever the number of iterations; nothing
  // is allocated once a batch of this size has been seen, and samples of one that had to go on when
  // most had ended.
  // The result is valid until the next Solve.
  const SolveStats& Solve(MonotoneOperator& op, Direction direction, const ProxMap& prox,
                          const SplittingMethod& method, double alpha, const Tensor& b,
                          const StoppingRule& asked, const Tensor& z, const Tensor& p = {},
                          Start start = Start::kZero);

 private:
  // What stays the same in a solve.
  struct Task {
    MonotoneOperator& op;
    Direction direction;
    const SplittingMethod& method;
    double alpha;
    const StoppingRule& rule;
    // Whether the argument of the last prox is asked for.
    bool keeps_p;
  };
  // Samples that iterate together: at first all of them, later those that have not ended and a few
  // others.
  struct Group {
    Group(const ProxMap& prox, const Task& task, const Tensor& b, const Tensor& z, const Tensor& p);

    const ProxMap prox;
    const Tensor b, p;
    // Which samples they are; empty for all.
    absl::Span<const std::int32_t> samples;
    StepMap map;
  };
  // How a group's iteration begins: from zero, from the z that is given, or from what the last
  // iteration of others has left.
  enum class Entry { kZero, kGiven, kResumed };

  // The method's step of iteration k, with the residual that the rule watches.
  static PointwiseStep WatchedStep(const Task& task, int k);
  // The same, which keeps p if it is asked for.
  static PointwiseStep StepOf(const Task& task, int k);
  // Iterates from iteration k on. Returns whether all samples have ended; else those that have not
  // had better go on without the others, from the new k on.
  bool Iterate(const Task& task, Entry entry, Group* group, int* k);
  // Iterates on what has not ended of `all` until it has.
  void IterateOnTheRest(const Task& task, Group* all, int k);
  // Iteration k, which the group's map makes of r; `first_v` is that of a start that is given.
  void Advance(const Task& task, int k, const Tensor& first_v, Group* group, Iteration* iteration);
  // Puts the next state of the method's acceleration in the place of p, which iteration k has left.
  void Accelerate(const Task& task, int k, StepMap* map, Iteration* iteration);
  // What the first step from z takes as v: the method's M z + c, or for a resolvent, whose v is an
  // argument of the prox, z - alpha F(z).
  const Tensor& FirstV(const Task& task, const Group& group);
  // Puts r of the group's iteration where its last step, that of iteration k - 1, had it.
  void Resume(const Task& task, int k, Group* group, Iteration* iteration);
  // Takes what was seen of the group; returns whether all have ended.
  bool Done(const Group& group, int iterations);
  // Whether the samples that have not ended had better go on without the others.
  bool Parts(const Task& task, int k, const Group& group) const;

  // Gives the map the arrays that a step needs.
  void Provide(const PointwiseStep& step, int k, Group* group);
  // Stores q where it is a part of c so far.
  void StoreMemory(StepArrays* arrays);
  // From now on the map's squares are scaled, for which it needs z and an array of its own for q.
  void ScaleFromNowOn(const Watch::Problem& problem, StepMap* map);
  // Samples that have ended stay as they are from now on.
  void Freeze(Group* group);
  // Sets stats_ to how the samples ended.
  void Report(Index batch, double tolerance);

  Device& device_;
  DType dtype_;
  Watch watch_;
  Accelerator accelerator_;
  StoppingTest test_;
  // q_ is the method's memory, v_ that of FirstV.
  Scratch q_, v_, frozen_;
  // What goes to frozen_.
  std::vector<double> ended_;
  HostValues to_device_;
  // Of the samples that go on without the others: which they are, here and on the device, and their
  // arrays.
  std::vector<std::int32_t> rest_;
  Scratch columns_, part_b_, part_z_, part_q_, part_z_star_;
  // What was seen last of every sample.
  std::vector<Observation> seen_;
  SolveStats stats_;
};

// The rule that a config asks for, for iterations in `dtype`.
StoppingRule MakeStoppingRule(const SplittingConfig& config, DType dtype);

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_SOLVER_H_
