// L = ||I - W||_2 of any operator, by power iteration on (I - W)'(I - W).
#ifndef MONDEQ_OPERATORS_LIPSCHITZ_H_
#define MONDEQ_OPERATORS_LIPSCHITZ_H_

#include "mondeq/operators/monotone_operator.h"

namespace mondeq {

// The estimate approaches L from below, and ends where it hardly moves. Allocates a few states.
double EstimateLipschitz(MonotoneOperator& op, Device& device, DType dtype);

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_LIPSCHITZ_H_
