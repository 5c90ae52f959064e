// L = ||I - W||_2 of any operator, by Golub-Kahan bidiagonalisation (bidiagonal.h).
#ifndef MONDEQ_OPERATORS_LIPSCHITZ_H_
#define MONDEQ_OPERATORS_LIPSCHITZ_H_

#include "mondeq/operators/monotone_operator.h"

namespace mondeq {

// The estimate approaches L from below, and ends where it hardly moves: within about 1e-3 of L. It
// is a function of the weights alone, whatever came before, so that a resumed run gets the same.
// Allocates a few states of one sample.
double EstimateLipschitz(MonotoneOperator& op, Device& device, DType dtype);

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_LIPSCHITZ_H_
