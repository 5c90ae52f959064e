#include "mondeq/certificates/accuracy.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "mondeq/certificates/attack.h"
#include "mondeq/core/status.h"
#include "mondeq/model/solve_report.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

// Radii of a norm, zero included.
constexpr int kRadii = 21;

std::vector<Index> ClassesOf(const CertifiedBatch& batch) {
  std::vector<Index> classes;
  for (const CertifiedSample& sample : batch.samples) classes.push_back(sample.predicted);
  return classes;
}

// The attack within the certified radii, which must find nothing.
absl::Status AttackRadii(const Attack& attack, const std::vector<CertifiedBatch>& batches,
                         const Sensitivity& sensitivity, Model* model) {
  Index first = 0;
  for (const CertifiedBatch& batch : batches) {
    std::vector<double> radii;
    // Where nothing moves the class any radius will do.
    for (const CertifiedSample& sample : batch.samples) {
      const double radius = sample.radius(attack.ball);
      radii.push_back(std::isfinite(radius) ? radius : 1);
    }
    const std::vector<double> margins =
        LeastMargins(attack, batch.x, ClassesOf(batch), radii, sensitivity, model);
    for (std::size_t l = 0; l < margins.size(); ++l) {
      if (!(batch.samples[l].margin > 0) || !(margins[l] <= 0)) continue;
      return absl::InternalError(absl::StrFormat(
          "sample %d changes its class within its certified %s radius %.6g: this is an error of "
          "mondeq, please report it",
          first + static_cast<Index>(l), ToString(attack.ball), radii[l]));
    }
    first += static_cast<Index>(margins.size());
  }
  return absl::OkStatus();
}

// How many samples are right whatever the attack does within a radius.
Index SurvivorsOf(const Attack& attack, double radius, const std::vector<CertifiedBatch>& batches,
                  const Sensitivity& sensitivity, Model* model) {
  Index survivors = 0;
  for (const CertifiedBatch& batch : batches) {
    const std::vector<Index> labels(batch.labels.begin(), batch.labels.end());
    const std::vector<double> radii(labels.size(), radius);
    for (double margin : LeastMargins(attack, batch.x, labels, radii, sensitivity, model)) {
      if (margin > 0) ++survivors;
    }
  }
  return survivors;
}

}  // namespace

absl::StatusOr<std::vector<CertifiedBatch>> CertifyBatches(const Loader& loader, Index count,
                                                           const Sensitivity& sensitivity,
                                                           IntervalCertifier* intervals,
                                                           Model* model, SolveTally* solves) {
  std::vector<CertifiedBatch> batches;
  const Index dim = model->input().dim();
  for (Index b = 0, begin = 0; begin < count; begin += loader.count(b++)) {
    const Index size = loader.count(b), used = std::min(size, count - begin);
    std::vector<double> x(static_cast<std::size_t>(dim * size));
    CertifiedBatch batch;
    batch.labels.resize(static_cast<std::size_t>(size));
    loader.Fill(b, x.data(), batch.labels.data());
    batch.labels.resize(static_cast<std::size_t>(used));
    for (Index i = 0; i < dim; ++i) {
      batch.x.insert(batch.x.end(), x.begin() + i * size, x.begin() + i * size + used);
    }
    model->Forward(
        ToTensor(model->device(), DType::kFloat64, HostArray::From<double>({dim, used}, batch.x)));
    MONDEQ_RETURN_IF_ERROR(CheckAnswers(model, begin));
    solves->Add(model->forward_stats());
    batch.samples = CertifySamples(sensitivity, model);
    if (intervals != nullptr) intervals->Certify(&batch.samples);
    batches.push_back(std::move(batch));
  }
  return batches;
}

absl::StatusOr<std::vector<CertifiedAccuracy>> FindAccuracies(
    const std::vector<CertifiedBatch>& batches, const Sensitivity& sensitivity, int steps,
    Model* model) {
  std::vector<CertifiedAccuracy> rows;
  for (Ball ball : kBalls) {
    const Attack attack{ball, steps};
    if (steps > 0) MONDEQ_RETURN_IF_ERROR(AttackRadii(attack, batches, sensitivity, model));
    double largest = 0;
    Index count = 0;
    ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t) {
      if (std::isfinite(sample.radius(ball))) largest = std::max(largest, sample.radius(ball));
      ++count;
    });
    if (largest == 0) largest = 1;
    for (int i = 0; i < kRadii; ++i) {
      const auto share = [count](Index part) {
        return static_cast<double>(part) / static_cast<double>(count);
      };
      CertifiedAccuracy row{ball, largest * (static_cast<double>(i) / (kRadii - 1)), 0, {}};
      Index certain = 0;
      ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t label) {
        if (sample.predicted == label && sample.margin > 0 && sample.radius(ball) >= row.radius)
          ++certain;
      });
      row.certified = share(certain);
      if (steps > 0)
        row.attacked = share(SurvivorsOf(attack, row.radius, batches, sensitivity, model));
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace mondeq
