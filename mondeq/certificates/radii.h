// Radii within which no disturbance of a sample changes its class.
#ifndef MONDEQ_CERTIFICATES_RADII_H_
#define MONDEQ_CERTIFICATES_RADII_H_

#include <vector>

#include "absl/types/optional.h"
#include "mondeq/certificates/sensitivity.h"

namespace mondeq {

struct CertifiedSample {
  Index predicted = 0;
  // What the logit of the class is certainly above all others by, at the true equilibrium; 0 or
  // less where that is not certain.
  double margin = 0;
  // Of pixels, each in its norm. 0 where the margin is not certain.
  double radius_l2 = 0, radius_linf = 0;
  // What interval bounds make of it (interval.h), if they were asked: radius_linf is at least that.
  absl::optional<double> radius_linf_interval;

  double radius(Ball ball) const { return ball == Ball::kL2 ? radius_l2 : radius_linf; }
};

// Certifies the samples of the model's last Forward, which must have certified z*. The error of z*
// and the rounding of logits count against the margins.
std::vector<CertifiedSample> CertifySamples(const Sensitivity& sensitivity, Model* model);

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_RADII_H_
