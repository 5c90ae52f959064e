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

// The least of the margins over the other classes, and of their radii in units of ||z* - z*'||.
struct Margin {
  double value, radius;
};

// `logits` are those of a sample, of which z* may be off by `z_error` and each logit by `rounding`.
Margin MarginOf(Index predicted, const std::vector<double>& logits, double z_error, double rounding,
                const Sensitivity& sensitivity) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Margin least{kInfinity, kInfinity};
  for (Index j = 0; j < static_cast<Index>(logits.size()); ++j) {
    if (j == predicted) continue;
    const double moves = sensitivity.readout(predicted, j);
    const double margin = logits[static_cast<std::size_t>(predicted)] -
                          logits[static_cast<std::size_t>(j)] - moves * z_error - 2 * rounding;
    // With a NaN nothing is certain.
    if (std::isnan(margin)) return {-kInfinity, 0};
    least.value = std::min(least.value, margin);
    least.radius = std::min(least.radius, margin / moves);
  }
  return least;
}

}  // namespace

std::vector<CertifiedSample> CertifySamples(const Sensitivity& sensitivity, Model* model) {
  // What the arithmetic below may be off by.
  constexpr double kDown = 1 - 32 * std::numeric_limits<double>::epsilon();
  const Index classes = model->classes(), batch = model->logits().columns();
  const std::vector<double> logits = ToHostArray(model->device(), model->logits()).ToDoubles();
  const std::vector<double> rounding = RoundingOfLogits(model);
  std::vector<CertifiedSample> samples(static_cast<std::size_t>(batch));
  for (std::size_t l = 0; l < samples.size(); ++l) {
    std::vector<double> own;
    for (Index c = 0; c < classes; ++c)
      own.push_back(logits[static_cast<std::size_t>(c * batch) + l]);
    CertifiedSample& sample = samples[l];
    sample.predicted = std::max_element(own.begin(), own.end()) - own.begin();
    const Margin margin = MarginOf(sample.predicted, own, model->certificate().error_bound[l],
                                   rounding[l], sensitivity);
    sample.margin = margin.value;
    if (!(sample.margin > 0)) continue;
    sample.radius_l2 = kDown * margin.radius / sensitivity.of_z(Ball::kL2);
    sample.radius_linf = kDown * margin.radius / sensitivity.of_z(Ball::kLInf);
  }
  return samples;
}

}  // namespace mondeq
