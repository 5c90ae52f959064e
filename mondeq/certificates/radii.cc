#include "mondeq/certificates/radii.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mondeq/device/norm.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

// By how much rounding may have changed a sample's logits, for every sample.
std::vector<double> RoundingOfLogits(Model* model) {
  const LinearMap::Rounding readout = model->readout().rounding();
  std::vector<double> errors;
  ColumnNorms(model->device(), model->z(), &errors);
  for (double& error : errors)
    error = model->roundoff() * (readout.constant * error + readout.offset);
  return errors;
}

}  // namespace

std::vector<CertifiedSample> CertifySamples(const Sensitivity& sensitivity, Model* model) {
  const Index classes = model->classes(), batch = model->logits().columns();
  const std::vector<double> logits = ToHostArray(model->device(), model->logits()).ToDoubles();
  const std::vector<double> rounding = RoundingOfLogits(model);
  std::vector<CertifiedSample> samples(static_cast<std::size_t>(batch));
  for (Index l = 0; l < batch; ++l) {
    const auto logit = [&](Index c) { return logits[static_cast<std::size_t>(c * batch + l)]; };
    CertifiedSample& sample = samples[static_cast<std::size_t>(l)];
    for (Index c = 1; c < classes; ++c) {
      if (logit(c) > logit(sample.predicted)) sample.predicted = c;
    }
    const double z_error = model->certificate().error_bound[static_cast<std::size_t>(l)];
    sample.margin = std::numeric_limits<double>::infinity();
    // The margin, in units by which a unit of disturbance of z* moves it: the least of all classes.
    double of_z = sample.margin;
    for (Index j = 0; j < classes; ++j) {
      if (j == sample.predicted) continue;
      const double moves = sensitivity.readout(sample.predicted, j);
      const double margin = logit(sample.predicted) - logit(j) - moves * z_error -
                            2 * rounding[static_cast<std::size_t>(l)];
      // With NaN nothing is certain.
      if (!(margin >= sample.margin)) sample.margin = margin;
      if (!(margin / moves >= of_z)) of_z = margin / moves;
    }
    if (!(sample.margin > 0)) continue;
    sample.radius_l2 = of_z / sensitivity.of_z(Ball::kL2);
    sample.radius_linf = of_z / sensitivity.of_z(Ball::kLInf);
  }
  return samples;
}

}  // namespace mondeq
