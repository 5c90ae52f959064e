// The steps by which an iteration is placed (iteration.h) at a state that comes from elsewhere.
#ifndef MONDEQ_SPLITTING_PLACED_STEP_H_
#define MONDEQ_SPLITTING_PLACED_STEP_H_

#include "mondeq/nonlinearities/pointwise_step.h"

namespace mondeq {

// A method's first step from a state that is given, with v in the place of q: where an iteration is
// placed there is no M r. What q would be is v where the method remembers arguments of its prox, as
// one with a resolvent does, and z else.
PointwiseStep StepFromGiven(const PointwiseStep& step, bool remembers_v);

// Whether r+ of a step follows from what it leaves in q and z.
bool TellsNext(const PointwiseStep& step);
// Finds the r+ of such a step, and changes neither.
PointwiseStep StepToNext(const PointwiseStep& step);

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_PLACED_STEP_H_
