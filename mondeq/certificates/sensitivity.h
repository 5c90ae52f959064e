// How far a model's logits can move when its input does. With u a disturbance of pixels, D u that
// of x and R the readout's matrix, strong monotonicity gives (Pabbaraju, Winston and Kolter 2021)
//   ||z*(x + D u) - z*(x)|| <= ||U D u|| / m,
// and so the difference of logits c and j moves by at most ||R_c - R_j|| ||U D|| ||u|| / m. All
// norms here are bounds from above, rounding included, and infinite where values overflow.
#ifndef MONDEQ_CERTIFICATES_SENSITIVITY_H_
#define MONDEQ_CERTIFICATES_SENSITIVITY_H_

#include <vector>

#include "Eigen/Core"
#include "mondeq/certificates/ball.h"
#include "mondeq/model/model.h"

namespace mondeq {

struct Sensitivity {
  double m = 0;
  // D's diagonal.
  Eigen::VectorXd scale;
  // The norms of U D from either norm of u to the 2-norm.
  double injection_l2 = 0, injection_linf = 0;
  // ||R_c - R_j||, [classes, classes].
  Eigen::MatrixXd readout;

  double injection(Ball ball) const { return ball == Ball::kL2 ? injection_l2 : injection_linf; }
  // By how much z* moves for every unit of u.
  double of_z(Ball ball) const { return injection(ball) / m; }
  // By how much any difference of two logits does.
  double of_logits(Ball ball) const { return readout.maxCoeff() * of_z(ball); }
};

// For the model's present parameters; its type must be float64. `scale` has what one unit of a
// pixel is in x, for every channel of it: 1 / stddev. Takes d^2 numbers of memory for an input of
// d.
Sensitivity FindSensitivity(const std::vector<double>& scale, Model* model);

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_SENSITIVITY_H_
