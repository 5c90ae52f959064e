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
  // Sets q, if the arrays came without it.
  void set_memory(Tensor q) { arrays_.q = std::move(q); }
  bool has_memory() const { return !arrays_.q.empty(); }
  // Sets whether q and z count as zero.
  void set_from_zero(bool from_zero) { arrays_.from_zero = from_zero; }

  void operator()(const Block& block) const override;
  States states() const override { return {arrays_.c, arrays_.z, arrays_.q, prox_.z_star()}; }

 private:
  const ProxMap& prox_;
  double alpha_;
  StepArrays arrays_;
  PointwiseStep step_;
};

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_STEP_MAP_H_
