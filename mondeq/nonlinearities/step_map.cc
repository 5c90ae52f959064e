#include "mondeq/nonlinearities/step_map.h"

#include "mondeq/nonlinearities/block_step.h"

namespace mondeq {
namespace {

struct NoProx {
  template <class T>
  MONDEQ_HOST_DEVICE T operator()(T p, T) const {
    return p;
  }
};

}  // namespace

void StepMap::set_step(const PointwiseStep& step) {
  MONDEQ_CHECK(!step.argument.follows_prox());
  step_ = step;
}

void StepMap::operator()(const Block& block) const {
  if (step_.prox) {
    prox_.Step(step_, alpha_, arrays_, block);
  } else {
    RunStep(NoProx(), step_, alpha_, arrays_, {}, {}, block);
  }
}

}  // namespace mondeq
