// An operator whose W is rounded to few bits, as a matrix or as the taps of a convolution: no
// longer of the form (1-m) I - A'A + B - B', so that what is left of its monotonicity must be
// shown.
//   sym(I - W~) >= (m - ||W~ - W||_2) I
#ifndef MONDEQ_CERTIFICATES_ROUNDED_OPERATOR_H_
#define MONDEQ_CERTIFICATES_ROUNDED_OPERATOR_H_

#include <vector>

#include "mondeq/certificates/host_matrix.h"
#include "mondeq/model/model.h"

namespace mondeq {

// The nearest of the 2^bits - 1 numbers step * i, |i| < 2^(bits - 1), the largest of which is the
// largest |value|. A grid for each tensor.
HostMatrix Rounded(int bits, const HostMatrix& values);

class RoundedOperator {
 public:
  // W of the model's present parameters, in float64; there must be TellingColumns
  // (lipschitz_above.h) of its operator, which are what is rounded.
  RoundedOperator(int bits, Model* model);

  // ||W~ - W||_2 from above.
  double change() const { return change_; }
  // What I - W~ is certainly strongly monotone by, if above 0: then its equilibria exist, and each
  // is the only one.
  double m() const { return m_; }
  // (W~ - W) z for z [dim, batch]; it may be wrong by change_error() ||z|| in the 2-norm.
  HostMatrix ApplyChange(const HostMatrix& z) const;
  double change_error() const { return change_error_; }

  // Whether W~ is small enough for Solve, of at most kMostDenseUnits; m() must be above 0.
  bool solves() const;
  // z~ = sigma(W~ z~ + b) for b [dim, batch], and for every sample a bound of ||z - z~|| but for
  // rounding.
  struct Solution {
    HostMatrix z;
    std::vector<double> error;
  };
  Solution Solve(const HostMatrix& b);

 private:
  // The matrix whose telling columns these are.
  HostMatrix Whole(const HostMatrix& columns) const;

  Model& model_;
  // The telling columns of W~ and W~ - W.
  HostMatrix w_, difference_;
  double change_ = 0, m_ = 0, change_error_ = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_ROUNDED_OPERATOR_H_
