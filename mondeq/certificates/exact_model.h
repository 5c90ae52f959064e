// The solves that certificates rest on.
#ifndef MONDEQ_CERTIFICATES_EXACT_MODEL_H_
#define MONDEQ_CERTIFICATES_EXACT_MODEL_H_

#include "absl/status/status.h"
#include "mondeq/model/model.h"

namespace mondeq {

// Checks that norms of a model with that input can be bounded, which takes memory for the square of
// its size. Errors: kInvalidArgument.
absl::Status CheckCertifiable(const Features& input);

// Lets a model, which must be in float64, find equilibria so near that it makes no difference to
// radii, and certify them.
void SolveExactly(Model* model);

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_EXACT_MODEL_H_
