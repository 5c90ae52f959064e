#include "mondeq/certificates/accuracy.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "mondeq/certificates/attack.h"
#include "mondeq/collective/collective.h"
#include "mondeq/collective/dealt.h"
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
    const Index begin = first;
    first += static_cast<Index>(batch.samples.size());
    if (!batch.is_here()) continue;
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
          begin + static_cast<Index>(l), ToString(attack.ball), radii[l]));
    }
  }
  return absl::OkStatus();
}

// How many samples that are here are right whatever the attack does within a radius.
Index SurvivorsOf(const Attack& attack, double radius, const std::vector<CertifiedBatch>& batches,
                  const Sensitivity& sensitivity, Model* model) {
  Index survivors = 0;
  for (const CertifiedBatch& batch : batches) {
    if (!batch.is_here()) continue;
    const std::vector<Index> labels(batch.labels.begin(), batch.labels.end());
    const std::vector<double> radii(labels.size(), radius);
    for (double margin : LeastMargins(attack, batch.x, labels, radii, sensitivity, model)) {
      if (margin > 0) ++survivors;
    }
  }
  return survivors;
}

// The first `used` samples of batch b, without what the model makes of them; of a batch of another
// rank the labels only.
CertifiedBatch Take(const Loader& loader, Index b, Index used, bool is_here, const Model& model) {
  const Index dim = model.input().dim(), size = loader.count(b);
  std::vector<double> x(static_cast<std::size_t>(dim * size));
  CertifiedBatch batch;
  batch.labels.resize(static_cast<std::size_t>(size));
  loader.Fill(b, x.data(), batch.labels.data());
  batch.labels.resize(static_cast<std::size_t>(used));
  for (Index i = 0; is_here && i < dim; ++i)
    batch.x.insert(batch.x.end(), x.begin() + i * size, x.begin() + i * size + used);
  return batch;
}

// Certifies a batch whose samples are counted from `first`.
absl::Status CertifyBatch(Index first, const Sensitivity& sensitivity, IntervalCertifier* intervals,
                          Model* model, CertifiedBatch* batch) {
  const auto count = static_cast<Index>(batch->labels.size());
  model->Forward(ToTensor(model->device(), DType::kFloat64,
                          HostArray::From<double>({model->input().dim(), count}, batch->x)));
  MONDEQ_RETURN_IF_ERROR(CheckAnswers(model, first));
  batch->samples = CertifySamples(sensitivity, model);
  if (intervals != nullptr) intervals->Certify(&batch->samples);
  return absl::OkStatus();
}

double LargestRadius(Ball ball, const std::vector<CertifiedBatch>& batches) {
  double largest = 0;
  ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t) {
    if (std::isfinite(sample.radius(ball))) largest = std::max(largest, sample.radius(ball));
  });
  return largest > 0 ? largest : 1;
}

// How many samples are right and certified within a radius.
Index CertainOf(Ball ball, double radius, const std::vector<CertifiedBatch>& batches) {
  Index certain = 0;
  ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t label) {
    if (sample.predicted == label && sample.margin > 0 && sample.radius(ball) >= radius) ++certain;
  });
  return certain;
}

}  // namespace

absl::StatusOr<std::vector<CertifiedBatch>> CertifyBatches(const Loader& loader, Index count,
                                                           const Sensitivity& sensitivity,
                                                           IntervalCertifier* intervals,
                                                           Model* model, Communicator& ranks,
                                                           SolveTally* solves) {
  std::vector<CertifiedBatch> batches;
  std::vector<std::vector<CertifiedSample>> samples;
  std::vector<std::vector<BatchSolves>> of_batches;
  absl::Status status;
  for (Index b = 0, begin = 0; begin < count && status.ok(); begin += loader.count(b++)) {
    const bool is_here = IsDealt(ranks, b);
    const Index used = std::min(loader.count(b), count - begin);
    batches.push_back(Take(loader, b, used, is_here, *model));
    if (!is_here) continue;
    status = CertifyBatch(begin, sensitivity, intervals, model, &batches.back());
    samples.push_back(batches.back().samples);
    of_batches.push_back({BatchSolves(model->forward_stats())});
  }
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks, status));
  MONDEQ_ASSIGN_OR_RETURN(samples, GatherDealt(ranks, samples));
  MONDEQ_ASSIGN_OR_RETURN(of_batches, GatherDealt(ranks, of_batches));
  for (std::size_t b = 0; b < batches.size(); ++b) {
    batches[b].samples = std::move(samples[b]);
    solves->Add(of_batches[b].front());
  }
  return batches;
}

absl::StatusOr<std::vector<CertifiedAccuracy>> FindAccuracies(
    const std::vector<CertifiedBatch>& batches, const Sensitivity& sensitivity, int steps,
    Model* model, Communicator& ranks) {
  double count = 0;
  ForEachSample(batches, [&](const CertifiedSample&, std::int32_t) { ++count; });
  std::vector<CertifiedAccuracy> rows;
  std::vector<double> survivors;
  for (Ball ball : kBalls) {
    const Attack attack{ball, steps};
    if (steps > 0)
      MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks, AttackRadii(attack, batches, sensitivity, model)));
    const double largest = LargestRadius(ball, batches);
    for (int i = 0; i < kRadii; ++i) {
      const double radius = largest * (static_cast<double>(i) / (kRadii - 1));
      const auto certain = static_cast<double>(CertainOf(ball, radius, batches));
      rows.push_back({ball, radius, certain / count, {}});
      if (steps == 0) continue;
      survivors.push_back(
          static_cast<double>(SurvivorsOf(attack, radius, batches, sensitivity, model)));
    }
  }
  if (steps == 0) return rows;
  MONDEQ_RETURN_IF_ERROR(SumOverRanks(ranks, &survivors));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].attacked = survivors[i] / count;
  return rows;
}

}  // namespace mondeq
