// The pointwise half of a splitting method bound to its arrays, as a map on blocks.
#ifndef MONDEQ_NONLINEARITIES_STEP_MAP_H_
#define MONDEQ_NONLINEARITIES_STEP_MAP_H_

#include "mondeq/nonlinearities/prox_map.h"

namespace mondeq {

class StepMap final : public BlockMap {
 public:
  // `prox` must outlive it.
  StepMap(const ProxMap* prox, const PointwiseStep& step, const StepArrays& arrays)
      : prox_(*prox), step_(step), arrays_(arrays) {}

  void operator()(const Block& block) const override { prox_.Step(step_, arrays_, block); }
  States states() const override { return {arrays_.c, arrays_.z, arrays_.u, prox_.operand()}; }

  void FirstStepIsDone() { arrays_.from_zero = false; }

 private:
  const ProxMap& prox_;
  PointwiseStep step_;
  StepArrays arrays_;
};

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_STEP_MAP_H_
