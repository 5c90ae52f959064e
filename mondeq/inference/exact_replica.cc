#include "mondeq/inference/exact_replica.h"

#include <utility>

#include "mondeq/certificates/exact_model.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// What a unit of what radii are of is in x, for every channel.
std::vector<double> ScaleOf(const Normalization* normalization, const Features& input) {
  if (normalization == nullptr) {
    return std::vector<double>(static_cast<std::size_t>(input.channels), 1.0);
  }
  std::vector<double> scale;
  for (const float stddev : normalization->stddev) {
    scale.push_back(1 / static_cast<double>(stddev));
  }
  return scale;
}

// The model, as certificates want it.
std::unique_ptr<Model> Exactly(std::unique_ptr<Model> model) {
  SolveExactly(model.get());
  return model;
}

}  // namespace

ExactReplica::ExactReplica(std::unique_ptr<Device> device, std::unique_ptr<Model> model,
                           const Normalization* normalization)
    : replica_(std::move(device), Exactly(std::move(model)), normalization),
      sensitivity_(
          FindSensitivity(ScaleOf(normalization, replica_.model().input()), &replica_.model())) {
  if (replica_.model().op().dim() > kMostIntervalUnits) return;
  intervals_.emplace(sensitivity_, &replica_.model());
}

absl::StatusOr<std::vector<CertifiedSample>> ExactReplica::Certify(const ConstArray& x) {
  SolveSettings settings;
  settings.certify = true;
  MONDEQ_RETURN_IF_ERROR(replica_.Solve(x, settings, {}, nullptr));
  std::vector<CertifiedSample> samples = CertifySamples(sensitivity_, &replica_.model());
  if (intervals_.has_value()) intervals_->Certify(&samples);
  MONDEQ_RETURN_IF_ERROR(status());
  return samples;
}

}  // namespace mondeq
