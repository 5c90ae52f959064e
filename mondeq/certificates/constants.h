// What theory says of a model's iteration, with every number on the side that is safe.
#ifndef MONDEQ_CERTIFICATES_CONSTANTS_H_
#define MONDEQ_CERTIFICATES_CONSTANTS_H_

#include "absl/types/optional.h"
#include "mondeq/model/model.h"

namespace mondeq {

struct Constants {
  // sym(I - W) >= m I, exactly, by the form of W.
  double m = 0;
  // L = ||I - W||_2 from above (lipschitz_above.h), and estimated from below.
  absl::optional<double> lipschitz_above;
  double lipschitz_estimate = 0;
  double alpha = 0;
  // By what factor the distance of the method's state from its fixed point falls at least in every
  // iteration, in exact arithmetic (SplittingMethod::ContractionFactor), below 1. It takes L from
  // above, and a method of which such a factor is known.
  absl::optional<double> contraction;
  // The condition number of I + alpha (I - W) in the 2-norm is at most
  //   (1 + alpha L) / (1 + alpha m):
  // its norm is at most 1 + alpha L, and since x' (I + alpha (I - W)) x >= (1 + alpha m) ||x||^2
  // that of its inverse V at most 1 / (1 + alpha m).
  absl::optional<double> condition;
};

// Of the model's present parameters and alpha; its type must be float64.
Constants FindConstants(Model* model);

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_CONSTANTS_H_
