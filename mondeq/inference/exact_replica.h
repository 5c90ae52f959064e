// What certifies a Predictor's samples: a replica in float64 whose equilibria are as near as makes
// no difference to radii, and bounds of the model's norms.
#ifndef MONDEQ_INFERENCE_EXACT_REPLICA_H_
#define MONDEQ_INFERENCE_EXACT_REPLICA_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "mondeq/certificates/interval.h"
#include "mondeq/certificates/radii.h"
#include "mondeq/certificates/sensitivity.h"
#include "mondeq/inference/replica.h"

namespace mondeq {

class ExactReplica {
 public:
  // Bounds the norms, which takes a while. The model must be in float64; `normalization`, which may
  // be null, says what radii are of: pixels / 255, or x.
  ExactReplica(std::unique_ptr<Device> device, std::unique_ptr<Model> model,
               const Normalization* normalization);

  // Errors: those of Replica::Solve.
  absl::StatusOr<std::vector<CertifiedSample>> Certify(const ConstArray& x);

  // The device's.
  absl::Status status() { return replica_.model().device().status(); }

 private:
  Replica replica_;
  Sensitivity sensitivity_;
  // Absent for models of too many units.
  absl::optional<IntervalCertifier> intervals_;
};

}  // namespace mondeq

#endif  // MONDEQ_INFERENCE_EXACT_REPLICA_H_
