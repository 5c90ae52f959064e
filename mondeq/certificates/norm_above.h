// Bounds of norms from above, which no sequence of estimates is: a number s is one if s I - G is
// positive definite, and a Cholesky decomposition shows that.
#ifndef MONDEQ_CERTIFICATES_NORM_ABOVE_H_
#define MONDEQ_CERTIFICATES_NORM_ABOVE_H_

#include "Eigen/Core"

namespace mondeq {

// A number that is not below the largest eigenvalue of the positive semidefinite G, and above it by
// no more than a part in a thousand, or the rounding of a decomposition where G is that large.
// Infinite if G has entries that are not finite. Takes about n^3 / 3 operations, n the size.
double LargestEigenvalueAbove(const Eigen::MatrixXd& g);

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_NORM_ABOVE_H_
