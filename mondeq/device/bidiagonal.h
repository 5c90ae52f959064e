// The largest singular value of a linear map A by Golub-Kahan bidiagonalisation. From any v_1 of
// norm 1,
//   alpha_k u_k = A v_k - beta_{k-1} u_{k-1},   beta_k v_{k+1} = A' u_k - alpha_k v_k
// with alpha, beta >= 0 that give u and v norm 1. The largest singular value of the bidiagonal
// matrix with alpha on its diagonal and beta beside it approaches ||A||_2 from below: it is the
// best that a polynomial in A'A can do with v_1, of which power iteration is only one. Some twenty
// steps give 1e-3 where that took hundreds.
#ifndef MONDEQ_DEVICE_BIDIAGONAL_H_
#define MONDEQ_DEVICE_BIDIAGONAL_H_

#include <vector>

namespace mondeq {

class Bidiagonal {
 public:
  // Takes alpha_k and beta_k, k = 1, 2, ...; returns whether to end: because the estimate hardly
  // moves, because beta_k = 0 left nothing to go on with, because a number is not finite, or
  // because it takes too long.
  bool Add(double alpha, double beta);

  // The largest singular value so far; NaN or infinite if a number was.
  double estimate() const { return estimates_.empty() ? 0 : estimates_.back(); }

 private:
  // Whether the square of x times `scale_` is above all eigenvalues of B'B.
  bool IsAbove(double x) const;

  // In units of the largest of them.
  std::vector<double> alphas_, betas_;
  double scale_ = 0;
  std::vector<double> estimates_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_BIDIAGONAL_H_
