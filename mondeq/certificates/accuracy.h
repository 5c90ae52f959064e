// The certified radii of test samples, and the accuracy that is certain at a radius.
#ifndef MONDEQ_CERTIFICATES_ACCURACY_H_
#define MONDEQ_CERTIFICATES_ACCURACY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "mondeq/certificates/interval.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/data/loader.h"
#include "mondeq/training/metrics.h"

namespace mondeq {

// Samples as the model takes them, with what is known of each.
struct CertifiedBatch {
  std::vector<double> x;  // [input.dim(), samples]; empty where another rank has it
  std::vector<std::int32_t> labels;
  std::vector<CertifiedSample> samples;

  bool is_here() const { return !x.empty(); }
};

template <class F>
void ForEachSample(const std::vector<CertifiedBatch>& batches, const F& f) {
  for (const CertifiedBatch& batch : batches) {
    for (std::size_t l = 0; l < batch.samples.size(); ++l) f(batch.samples[l], batch.labels[l]);
  }
}

// What follows is done by one rank or several, to which batches are dealt (dealt.h): all call it
// with the same, and get the same, which does not depend on how many there are. Errors are those of
// all, and those of the messages.

// Certifies the first `count` samples, and counts the solves. The model must be in float64 and
// certify. With `intervals`, which may be null, linf radii are the larger ones of both kinds.
// Errors: kOutOfRange where values are not finite.
absl::StatusOr<std::vector<CertifiedBatch>> CertifyBatches(const Loader& samples, Index count,
                                                           const Sensitivity& sensitivity,
                                                           IntervalCertifier* intervals,
                                                           Model* model, Communicator& ranks,
                                                           SolveTally* solves);

struct CertifiedAccuracy {
  Ball ball = Ball::kL2;
  double radius = 0;
  // The share of samples that are right and stay so.
  double certified = 0;
  // The share of samples that are right and that an attack leaves so.
  absl::optional<double> attacked;
};

// For either norm the accuracies at radii from 0 to the largest finite one that is certified, or 1.
// With `steps` above 0 there is an attack of so many, which tries every certified radius too.
// Errors: kInternal if it refutes one.
absl::StatusOr<std::vector<CertifiedAccuracy>> FindAccuracies(
    const std::vector<CertifiedBatch>& batches, const Sensitivity& sensitivity, int steps,
    Model* model, Communicator& ranks);

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_ACCURACY_H_
