// Projected gradients: the search for a disturbance within a radius that changes a sample's class.
// What it finds is a counterexample; where it finds none there may be one.
#ifndef MONDEQ_CERTIFICATES_ATTACK_H_
#define MONDEQ_CERTIFICATES_ATTACK_H_

#include <vector>

#include "mondeq/certificates/sensitivity.h"

namespace mondeq {

struct Attack {
  Ball ball = Ball::kL2;
  int steps = 0;
};

// Returns, for every sample of x [input.dim(), batch], the least margin that was found within its
// radius: the logit of `classes[l]` less the largest other one, at the sample and after every step.
// `scale` is that of FindSensitivity, in whose units radii are; pixels may leave [0, 1]. Adds to
// the model's gradients, and uses its solves.
std::vector<double> LeastMargins(const Attack& attack, const std::vector<double>& x,
                                 const std::vector<Index>& classes,
                                 const std::vector<double>& radii, const Sensitivity& sensitivity,
                                 Model* model);

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_ATTACK_H_
