// What becomes of the answers when all weights are rounded to few bits (rounded_operator.h): W, and
// every parameter of the injection and of the readout, each on a grid of its own. If what is left
// of m is above 0 the new equilibrium z~ exists, and
//   ||z~ - z*|| <= ||(W~ - W) z* + (U~ x + b~) - (U x + b)|| / (m - ||W~ - W||_2),
// since that is how far z* is from solving the inclusion of z~.
#ifndef MONDEQ_CERTIFICATES_ROUNDED_WEIGHTS_H_
#define MONDEQ_CERTIFICATES_ROUNDED_WEIGHTS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "mondeq/certificates/accuracy.h"
#include "mondeq/certificates/rounded_operator.h"

namespace mondeq {

// How far something moves at most, and by how much it has been seen to move where the rounded model
// is small enough to be solved.
struct Move {
  double bound = 0;
  absl::optional<double> seen;
};

struct RoundedSample {
  Index predicted = 0;
  // In the 2-norm, and the largest of all logits.
  Move z, logits;
  // Whether the rounded model certainly predicts the same class.
  bool stays = false;
};

struct RoundedWeights {
  int bits = 0;
  // ||W~ - W||_2 from above, and m less that.
  double change = 0, m = 0;
  // Empty where m is not above 0: nothing is known then.
  std::vector<RoundedSample> samples;
};

// For the samples of `batches`, which the model has certified, by the same ranks (accuracy.h).
// There must be TellingColumns of the model's operator. The model's parameters are as they were in
// the end; its type must be float64. Errors: kInternal if something has moved further than its
// bound.
absl::StatusOr<RoundedWeights> RoundWeights(int bits, const std::vector<CertifiedBatch>& batches,
                                            Model* model, Communicator& ranks);

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_ROUNDED_WEIGHTS_H_
