#include "mondeq/splitting/placed_step.h"

#include "mondeq/core/status.h"

namespace mondeq {

PointwiseStep StepFromGiven(const PointwiseStep& step, bool remembers_v) {
  const auto from_q = [&](const LinearForm& form) {
    const double own = remembers_v ? form.q : 0;
    return LinearForm{0, form.v + own, form.z + form.q - own, form.p, form.z_next};
  };
  PointwiseStep placed = step;
  placed.argument = from_q(step.argument);
  placed.memory = from_q(step.memory);
  placed.next = from_q(step.next);
  placed.residual = from_q(step.residual);
  placed.second_residual = from_q(step.second_residual);
  return placed;
}

bool TellsNext(const PointwiseStep& step) {
  switch (KindOf(step)) {
    case StepKind::kForgetful:
      return step.next.p == 0;
    case StepKind::kRemembering:
    case StepKind::kTracking:
      return step.prox;
    case StepKind::kGeneral:
      return false;
  }
  return false;
}

PointwiseStep StepToNext(const PointwiseStep& step) {
  MONDEQ_CHECK(TellsNext(step));
  constexpr LinearForm kQ{0, 1, 0, 0, 0}, kZ{0, 0, 1, 0, 0}, kNothing;
  if (KindOf(step) == StepKind::kForgetful) {
    return {kZ, kNothing, step.next, PointwiseStep::kChange, /*prox=*/false};
  }
  return {kQ, PointwiseStep::kArgument, step.next, kNothing};
}

}  // namespace mondeq
