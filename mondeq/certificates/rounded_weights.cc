#include "mondeq/certificates/rounded_weights.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "mondeq/certificates/columns.h"
#include "mondeq/collective/collective.h"
#include "mondeq/collective/dealt.h"
#include "mondeq/splitting/certificate.h"

namespace mondeq {
namespace {

using Eigen::VectorXd;

// What the arithmetic of bounds may be off by.
constexpr double kUp = 1 + 64 * std::numeric_limits<double>::epsilon();

// Holds the parameters of the injection and the readout rounded while it lives.
class RoundedParameters {
 public:
  RoundedParameters(int bits, Model* model) : device_(model->device()) {
    for (const Parameter& parameter : model->parameters().parameters()) {
      if (absl::StartsWith(parameter.name, "operator.")) continue;
      const Tensor row = parameter.value.View({1, parameter.value.shape().size()});
      HostMatrix before = ToHostMatrix(device_, row);
      const HostMatrix rounded = Rounded(bits, before);
      device_.CopyFromHost(rounded.data(), row);
      saved_.emplace_back(row, std::move(before));
    }
  }
  ~RoundedParameters() {
    for (const auto& [tensor, before] : saved_) device_.CopyFromHost(before.data(), tensor);
  }
  RoundedParameters(const RoundedParameters&) = delete;
  RoundedParameters& operator=(const RoundedParameters&) = delete;

 private:
  Device& device_;
  std::vector<std::pair<Tensor, HostMatrix>> saved_;
};

// A linear map on a batch, and by how much rounding may have changed every column.
struct Product {
  HostMatrix y;
  VectorXd error;
};
Product ApplyTo(LinearMap* map, const Tensor& x, Model* model) {
  Device& device = model->device();
  const Tensor y = device.Allocate(DType::kFloat64, {map->output().dim(), x.columns()});
  map->Apply(x, y);
  const LinearMap::Rounding rounding = map->rounding();
  const VectorXd norms = ToHostMatrix(device, x).colwise().norm();
  return {ToHostMatrix(device, y),
          model->roundoff() * (rounding.constant * norms.array() + rounding.offset).matrix()};
}

// The readout of the exposed features of z, and what one logit, and a difference of two, can change
// by for every unit of ||z||.
struct Logits {
  explicit Logits(const HostMatrix& z, Model* model) {
    const Tensor state = FromHostMatrix(model->device(), z);
    value = ApplyTo(&model->readout(), model->op().layout().Exposed(state), model);
    rows = ReadoutRows(model);
    row_error = RoundingOfReadoutRows(model);
  }
  double norm(Index c) const { return rows.col(c).norm() + row_error; }
  double norm(Index c, Index j) const { return (rows.col(c) - rows.col(j)).norm() + row_error; }

  Product value;
  HostMatrix rows;
  double row_error = 0;
};

// U x + b of a batch, as a state.
Product Inject(const HostMatrix& x, Model* model) {
  Product product = ApplyTo(&model->injection(), FromHostMatrix(model->device(), x), model);
  HostMatrix state = HostMatrix::Zero(model->op().dim(), x.cols());
  state.topRows(product.y.rows()) = product.y;
  return {state, product.error};
}

// Fills what is known of sample l: `away` bounds the distance of z~ from z, of which z* may be off
// by `z_error`.
void BoundLogits(Index l, double away, double z_error, const Logits& before, const Logits& after,
                 RoundedSample* sample) {
  const HostMatrix &old_logits = before.value.y, &logits = after.value.y;
  const Index predicted = sample->predicted;
  const double rounding = before.value.error(l) + after.value.error(l);
  double margin = std::numeric_limits<double>::infinity();
  for (Index c = 0; c < logits.rows(); ++c) {
    const double move = std::abs(logits(c, l) - old_logits(c, l)) + after.norm(c) * away +
                        before.norm(c) * z_error + rounding;
    sample->logits.bound = std::max(sample->logits.bound, InfiniteIfNan(kUp * move));
    if (c == predicted) continue;
    const double of_pair = logits(predicted, l) - logits(c, l) -
                           kUp * (after.norm(predicted, c) * away + 2 * after.value.error(l));
    margin = of_pair < margin || std::isnan(of_pair) ? of_pair : margin;
  }
  sample->stays = margin > 0;
}

// Solves the rounded model for z~ and measures what has moved. It must be made of rounded
// parameters.
absl::Status Measure(RoundedOperator* op, const Product& b, const HostMatrix& z,
                     const std::vector<double>& z_error, const Logits& before, Model* model,
                     RoundedSample* samples) {
  const RoundedOperator::Solution solution = op->Solve(b.y);
  const Logits logits(solution.z, model);
  for (Index l = 0; l < z.cols(); ++l) {
    RoundedSample& sample = samples[l];
    sample.z.seen = (solution.z.col(l) - z.col(l)).norm();
    sample.logits.seen = (logits.value.y.col(l) - before.value.y.col(l)).cwiseAbs().maxCoeff();
    const double unsure =
        2 * (solution.error[static_cast<std::size_t>(l)] + z_error[static_cast<std::size_t>(l)]) +
        1e-9 * (1 + z.col(l).norm());
    if (*sample.z.seen <= sample.z.bound + unsure) continue;
    return absl::InternalError(absl::StrFormat(
        "an equilibrium moves by %.6g when weights are rounded, where the bound is %.6g: this is "
        "an error of mondeq, please report it",
        *sample.z.seen, sample.z.bound));
  }
  return absl::OkStatus();
}

// Bounds, and where the rounded model can be solved measures, what becomes of a batch.
absl::Status RoundBatch(int bits, const CertifiedBatch& batch, RoundedOperator* op, Model* model,
                        std::vector<RoundedSample>* samples) {
  const auto count = static_cast<Index>(batch.samples.size());
  const HostMatrix x = Eigen::Map<const HostMatrix>(batch.x.data(), model->input().dim(), count);
  model->Forward(FromHostMatrix(model->device(), x));
  const HostMatrix z = ToHostMatrix(model->device(), model->z());
  const std::vector<double> z_error = model->certificate().error_bound;
  const Logits before(z, model);
  const Product b = Inject(x, model);
  const HostMatrix of_w = op->ApplyChange(z);

  const RoundedParameters rounded(bits, model);
  const Product new_b = Inject(x, model);
  const Logits after(z, model);
  for (Index l = 0; l < count; ++l) {
    const auto i = static_cast<std::size_t>(l);
    const VectorXd lack = of_w.col(l) + new_b.y.col(l) - b.y.col(l);
    const double unsure = op->change_error() * z.col(l).norm() + b.error(l) + new_b.error(l) +
                          op->change() * z_error[i];
    RoundedSample sample;
    sample.predicted = batch.samples[i].predicted;
    sample.z.bound = InfiniteIfNan(kUp * (kUp * lack.norm() + unsure) / op->m());
    BoundLogits(l, sample.z.bound + z_error[i], z_error[i], before, after, &sample);
    samples->push_back(sample);
  }
  if (!op->solves()) return absl::OkStatus();
  return Measure(op, new_b, z, z_error, before, model, samples->data());
}

}  // namespace

absl::StatusOr<RoundedWeights> RoundWeights(int bits, const std::vector<CertifiedBatch>& batches,
                                            Model* model, Communicator& ranks) {
  RoundedOperator op(bits, model);
  RoundedWeights result{bits, op.change(), op.m(), {}};
  if (!(op.m() > 0)) return result;
  std::vector<std::vector<RoundedSample>> samples;
  absl::Status status;
  for (const CertifiedBatch& batch : batches) {
    if (!batch.is_here()) continue;
    samples.emplace_back();
    status.Update(RoundBatch(bits, batch, &op, model, &samples.back()));
  }
  MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks, status));
  MONDEQ_ASSIGN_OR_RETURN(samples, GatherDealt(ranks, samples));
  for (const std::vector<RoundedSample>& of_batch : samples)
    result.samples.insert(result.samples.end(), of_batch.begin(), of_batch.end());
  return result;
}

}  // namespace mondeq
