// What a running solve shows of itself: the sums of squares that its steps leave, as the stopping
// quantity of every sample (stopping.h).
#ifndef MONDEQ_SPLITTING_WATCH_H_
#define MONDEQ_SPLITTING_WATCH_H_

#include <vector>

#include "mondeq/device/scratch.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/nonlinearities/pointwise_step.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/splitting/stopping.h"

namespace mondeq {

class Watch {
 public:
  // What a solve is of.
  struct Problem {
    const MonotoneOperator& op;
    Direction direction;
    const ProxMap& prox;
    double alpha;
    const Tensor& b;
    // Whether iterates stay near the solution, so that the largest sample tells how large it is: a
    // method without a guarantee, or one whose states are mixed, may leave it far behind.
    bool steady = true;
  };

  Watch(Device* device, DType dtype) : device_(*device), dtype_(dtype) {}

  // Begins with another solve, whose iteration has these slots.
  void Begin(const Problem& problem, const StoppingRule& rule, const std::vector<Index>& slot_ends);
  // Whether every sample ends for itself; else there is one observation for all together.
  bool by_sample() const { return rule_.ends_by_sample(); }

  // Gives steps the arrays to which they add their sums.
  void Provide(StepArrays* arrays) const;
  // Forgets the sums of steps at which nobody looked.
  void Clear() { device_.Fill(0, sums_.get()); }
  // Looks at the step of iteration k, the only one since Clear. Returns whether some of it needs a
  // scale to be seen.
  bool Look(int k);
  // What was seen.
  const std::vector<Observation>& seen() const { return seen_; }
  // What was seen of each sample, where the criterion has them and they end together.
  const std::vector<Observation>& each() const { return each_; }
  // By what values are multiplied from now on before they are squared (StepArrays): every sample of
  // z*, or the largest one, is of a magnitude near 1 then.
  const Tensor& MeasureScale(const Problem& problem);

 private:
  // Whether samples below a share of the largest one are rounding.
  bool by_batch() const { return scale_.share > 0; }
  void MeasureBias(const Problem& problem);
  // Takes what the last step summed.
  void Collect();
  // Sets seen_ to the relative errors after iteration k; returns what Look does.
  bool SeeErrors(int k);
  // Makes unknown what was seen of samples whose sums are so large or small that some squares may
  // have been lost, and returns whether there are any.
  bool ForgetLostSquares();

  Device& device_;
  DType dtype_;
  StoppingRule rule_;
  ErrorScale scale_;
  // sums_ has the slots of the residuals, then those of the sizes; ends_ is where those of each
  // tier end there.
  Scratch sums_, factors_, layer_;
  std::vector<Index> ends_;
  SquareSums tier_sums_, residual_sums_, size_sums_;
  std::vector<Observation> seen_, each_;
  // Norms of the samples of b, or the largest of them for all where one is rounded by another, or
  // for a rule of relative changes, sums of squares: one for every sample, or one for the batch.
  std::vector<double> bias_;
  // Empty until there is a scale, and then the samples of which z* is zero.
  std::vector<bool> zero_;
  std::vector<double> layer_norms_;
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_WATCH_H_
