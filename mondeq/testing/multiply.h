// Products with an operator's multipliers, as its iterations compute them.
#ifndef MONDEQ_TESTING_MULTIPLY_H_
#define MONDEQ_TESTING_MULTIPLY_H_

#include "Eigen/Core"
#include "mondeq/operators/monotone_operator.h"

namespace mondeq {

// Returns M r, [dim, batch], for the multiplier M: one step of an iteration without a bias.
Eigen::MatrixXd Multiply(Device& device, DType dtype, MonotoneOperator& op, Direction direction,
                         const Multiplier& multiplier, const Eigen::MatrixXd& r);

}  // namespace mondeq

#endif  // MONDEQ_TESTING_MULTIPLY_H_
