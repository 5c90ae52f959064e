// The criterion kCertifiedError: forward solves that go on until the distance to the true
// equilibrium is proved to be within the tolerance, all rounding included (certificate.h). A sample
// where z and its layer are 0 counts as certified, with what rounding may hide as its bound.
#ifndef MONDEQ_SPLITTING_CERTIFIED_SOLVER_H_
#define MONDEQ_SPLITTING_CERTIFIED_SOLVER_H_

#include <cstdint>
#include <vector>

#include "mondeq/device/scratch.h"
#include "mondeq/splitting/certificate.h"
#include "mondeq/splitting/solver.h"

namespace mondeq {

class CertifiedSolver {
 public:
  // Solver and certifier, of this device and type, must outlive it.
  CertifiedSolver(Solver* solver, Certifier* certifier, Device* device, DType dtype)
      : solver_(*solver), certifier_(*certifier), device_(*device), dtype_(dtype) {}

  // Solves in rounds, the first from `start`: to the rule's tolerance by kRelativeError, and where
  // a sample's certified relative error is above it, on from there to one as much smaller as the
  // bound is too large, but at most half of the last. Of all that the rounds found, z and y of
  // each, a sample is left in z as that with the smallest certified relative error, which is its
  // quantity. It ends as
  //   kConverged      certified, however its iterations ended
  //   kStagnated      rounding alone is above the tolerance, of the bound or of an iteration
  //   kMaxIterations  its rounds together took as many
  //   kNonFinite      as Solver has it
  // and its iterations are those of its rounds. A sample that has ended is not iterated on, unless
  // samples end together, and no sample's rounds depend on those of others. p gets undefined.
  // Both results are valid until the next Solve.
  const SolveStats& Solve(const Certifier::Problem& problem, const SplittingMethod& method,
                          const StoppingRule& rule, const Tensor& z, const Tensor& p,
                          Start start = Start::kZero);
  const Certificate& certificate() const { return certificate_; }

 private:
  struct Sample {
    bool open = true;
    // What the next round asks of it.
    double tolerance = 0;
    SampleStats stats;
  };

  void Begin(const StoppingRule& rule, std::size_t batch);
  // The rule of the next round.
  StoppingRule NextRound(const StoppingRule& rule) const;
  // Keeps of every sample of z and of what was best before that which is better.
  void KeepBetter(const Certificate& found, const Tensor& z);
  // Ends samples or lets them go on, after a round.
  void Judge(const StoppingRule& rule, const SolveStats& round);
  // How a sample that is not certified ends with this round; kConverged if it goes on.
  Termination StateOf(std::size_t l, const StoppingRule& rule, const SolveStats& round) const;
  void Report();

  Solver& solver_;
  Certifier& certifier_;
  Device& device_;
  DType dtype_;
  std::vector<Sample> samples_;
  Certificate certificate_;
  SolveStats stats_;
  Scratch best_, mask_;
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_CERTIFIED_SOLVER_H_
