// Bounds of norms from above, which no sequence of estimates is: a number s is one if s I - G is
// positive definite, and a Cholesky decomposition shows that.
//
// For ||K|| G is K'K. As it is computed its entries err by n u of what |K|'|K| has there, n the
// rows of K and u the unit roundoff, so that ||K||^2 is at most n u ||K||_F^2 above the bound of G.
#ifndef MONDEQ_CERTIFICATES_NORM_ABOVE_H_
#define MONDEQ_CERTIFICATES_NORM_ABOVE_H_

#include "Eigen/Core"

namespace mondeq {

// A number that is not below the largest eigenvalue of the positive semidefinite G, and above it by
// no more than the share `gap`, or the rounding of a decomposition where G is that large. Infinite
// if G has entries that are not finite. Takes about n^3 / 3 operations, n the size, and several
// times as many where the largest eigenvalues are closer than a Lanczos iteration tells apart.
double LargestEigenvalueAbove(const Eigen::MatrixXd& g, double gap = 1e-3);

// A number that is not below ||K||_2 and above it by about half the share `gap` at most, or by
// rounding: `gap` is that of the square.
// Infinite if K has entries that are not finite.
double NormAbove(const Eigen::MatrixXd& k, double gap);

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_NORM_ABOVE_H_
