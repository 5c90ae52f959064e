// L = ||I - W||_2 from above, where MonotoneOperator::Lipschitz is an estimate from below: what a
// guarantee may rest on.
//
// K = I - W is taken from the operator by unit vectors, whatever its parameters are.
//   K of n rows    NormAbove of it (norm_above.h). In every column the operator has rounded by at
//                  most c u, c its RoundingConstant, so by sqrt(n) c u in the norm.
//   K a circular convolution of P pixels and C channels, an operator that commutes with shifts
//                  The columns K[p] of one pixel, [C, C] for every pixel p, make all others. In
//                  the Fourier basis, which is orthogonal up to a factor, K is block diagonal with
//                    K_f = sum over p of K[p] e^(-i f p),
//                  so L is the largest ||K_f||. With K_f = X + i Y that is the norm of the real
//                  matrix [X, -Y; Y, X]. An error of ||d|| in a column is at most sqrt(P) ||d|| in
//                  that of K_f, so the C columns make sqrt(P C) c u; the Fourier sums of R rows and
//                  S columns add (R + S) u of sqrt(P) ||K||_F.
// A border that the nonlinearity holds at zero takes nothing from the bound: what W does to states
// that are zero there is a part of what it does to all.
#ifndef MONDEQ_CERTIFICATES_LIPSCHITZ_ABOVE_H_
#define MONDEQ_CERTIFICATES_LIPSCHITZ_ABOVE_H_

#include "absl/types/optional.h"
#include "mondeq/certificates/host_matrix.h"
#include "mondeq/model/model.h"

namespace mondeq {

// By what share the bound is above L at most, where the rounding of the model's type allows it: in
// float64 it does for weights of any size that training gives.
constexpr double kLipschitzGap = 1e-6;
// The largest dimension of an operator that does not commute with shifts.
constexpr Index kMostDenseUnits = 4096;

// How many columns tell all of an operator: those of one pixel where it commutes with shifts, else
// all of them. None where there are more than kMostDenseUnits.
absl::optional<Index> TellingColumns(const MonotoneOperator& op);

// A number that is not below ||K||_2 and above it by the share kLipschitzGap at most, or by
// rounding, for a K that `op` could be: `columns` are the telling ones, [op.dim(), count], each of
// which may be wrong by `error` in the 2-norm. Infinite where they overflow.
double NormOfColumns(const MonotoneOperator& op, const HostMatrix& columns, double error);

// A number that is not below L of the model's present parameters; infinite where they overflow.
// None where there are no TellingColumns. The model's type must be float64.
absl::optional<double> LipschitzAbove(Model* model);

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_LIPSCHITZ_ABOVE_H_
