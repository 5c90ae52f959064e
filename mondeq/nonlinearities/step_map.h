// The pointwise half of a splitting method bound to its arrays, as a map on blocks.
#ifndef MONDEQ_NONLINEARITIES_STEP_MAP_H_
#define MONDEQ_NONLINEARITIES_STEP_MAP_H_

#include <utility>

#include "mondeq/nonlinearities/nonlinearity.h"

namespace mondeq {

class StepMap final : public BlockMap {
 public:
  // `prox` must outlive the map.
  StepMap(const ProxMap* prox, double alpha, StepArrays arrays)
      : prox_(*prox), alpha_(alpha), arrays_(std::move(arrays)) {}

  // Sets what the map does from now on. A step that uses memory needs a q to be there; the argument
  // of the prox cannot depend on the prox's result.
  void set_step(const PointwiseStep& step);
  // Whether the step stores z+.
  bool stores_z() const { return !tracks(); }
  // Whether it stores neither z+ nor q+, which is so much of c as the step's argument has of v.
  bool leaves_q_in_c() const { return tracks() && arrays_.from_zero; }
  // The arrays, to set those that a step brings in.
  StepArrays& arrays() { return arrays_; }
  const StepArrays& arrays() const { return arrays_; }
  void operator()(const Block& block) const override;
  bool runs_on_slabs() const override { return !step_.prox || prox_.runs_on_slabs(); }
  States states() const override {
    // Places 0 and 1 are fetched in turn, and so are 2 and 3.
    if (leaves_q_in_c()) return {arrays_.c, Tensor(), Tensor(), prox_.z_star()};
    if (!stores_z()) return {arrays_.c, arrays_.q, Tensor(), prox_.z_star()};
    return {arrays_.c, arrays_.z, arrays_.q, prox_.z_star()};
  }

 private:
  bool tracks() const { return arrays_.scale.empty() && KindOf(step_) == StepKind::kTracking; }

  const ProxMap& prox_;
  double alpha_;
  StepArrays arrays_;
  PointwiseStep step_;
};

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_STEP_MAP_H_
