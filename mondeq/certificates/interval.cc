#include "mondeq/certificates/interval.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mondeq/device/norm.h"
#include "mondeq/splitting/certificate.h"

namespace mondeq {
namespace {

using Eigen::VectorXd;

Box Around(const VectorXd& reach) { return {-reach, reach}; }
Box Scaled(const Box& box, double factor) { return {factor * box.low, factor * box.high}; }

bool IsInside(const Box& inner, const Box& outer) {
  return (inner.low.array() >= outer.low.array()).all() &&
         (inner.high.array() <= outer.high.array()).all();
}

// Whether a box is found for |u_i| <= r in which all margins are certain, beginning with *box,
// which it becomes.
bool IsCertain(const IntervalMap& map, const VectorXd& margins, double r, Box* box) {
  constexpr int kGrowths = 20, kRefinements = 3;
  constexpr double kExcess = 0.05;
  Box image = map.Apply(*box, r);
  for (int i = 0; !IsInside(image, *box); ++i) {
    if (i == kGrowths) return false;
    const VectorXd more = kExcess * (image.high - image.low);
    *box = {box->low.cwiseMin(image.low - more), box->high.cwiseMax(image.high + more)};
    image = map.Apply(*box, r);
  }
  // What is fixed in a box is in its image.
  for (int i = 0; i < kRefinements; ++i) {
    *box = {box->low.cwiseMax(image.low), box->high.cwiseMin(image.high)};
    image = map.Apply(*box, r);
  }
  *box = {box->low.cwiseMax(image.low), box->high.cwiseMin(image.high)};
  return (margins.array() > map.Fall(*box, r).array()).all();
}

}  // namespace

IntervalCertifier::IntervalCertifier(const Sensitivity& sensitivity, Model* model)
    : model_(*model),
      weights_(FindIntervalWeights(sensitivity.scale, model)),
      prox_(weights_.a, model) {
  MONDEQ_CHECK(model->dtype() == DType::kFloat64 && model->op().dim() <= kMostIntervalUnits);
}

// p0 = z - a ((I - W) z - b) for the model's z and b = U x + b.
IntervalCertifier::Centers IntervalCertifier::FindCenters() {
  Device& device = model_.device();
  MonotoneOperator& op = model_.op();
  const double a = weights_.a, u = model_.roundoff();
  const Tensor& b = model_.bias();
  const Tensor p = device.Allocate(DType::kFloat64, b.shape()),
               z = device.Allocate(DType::kFloat64, b.shape()),
               t = device.Allocate(DType::kFloat64, b.shape());
  const auto step = [&](const Tensor& from, const Tensor& to) {
    op.Multiply(Direction::kForward, multiplier::I - multiplier::W, from, to);
    device.Axpby(a, b, -a, to);
    device.Axpby(1, from, 1, to);
  };
  step(model_.z(), p);
  ProxMap(&model_.sigma()).Prox(device, a, p, z);
  step(z, t);
  std::vector<double> p_norms, z_norms, b_norms, t_norms;
  ColumnNorms(device, t, &t_norms);
  device.Axpby(-1, p, 1, t);
  ColumnNorms(device, p, &p_norms);
  ColumnNorms(device, z, &z_norms);
  ColumnNorms(device, b, &b_norms);
  const Tensor logits = device.Allocate(DType::kFloat64, {model_.classes(), b.columns()});
  model_.readout().Apply(op.layout().Exposed(z), logits);
  Centers centers{
      ToHostMatrix(device, p), ToHostMatrix(device, z), ToHostMatrix(device, logits), {}, {}};
  ColumnNorms(device, t, &centers.t);
  std::vector<double> rounded = z_norms;
  op.FindRounding(&rounded);
  const LinearMap::Rounding readout = model_.readout().rounding();
  const double flushed = 8 * LimitsOf(DType::kFloat64).least * static_cast<double>(b.rows()),
               constant = op.RoundingConstant();
  for (std::size_t l = 0; l < rounded.size(); ++l) {
    // a (I - W) z is at most what z, a b and their sum with it make.
    const double terms = z_norms[l] + a * b_norms[l] + t_norms[l] + p_norms[l];
    centers.t[l] += u * (a * constant * rounded[l] + 8 * terms) + a * model_.bias_error()[l] +
                    flushed * (1 + constant);
    centers.logit_error.push_back(u * (readout.constant * z_norms[l] + readout.offset) + flushed);
  }
  return centers;
}

void IntervalCertifier::Certify(std::vector<CertifiedSample>* samples) {
  const Centers centers = FindCenters();
  const Index classes = model_.classes();
  for (std::size_t l = 0; l < samples->size(); ++l) {
    CertifiedSample& sample = (*samples)[l];
    sample.radius_linf_interval = 0;
    // Where nothing moves the class there is nothing to find.
    if (!(sample.radius_linf > 0) || std::isinf(sample.radius_linf)) continue;
    const auto column = static_cast<Index>(l);
    VectorXd margins(classes - 1);
    HostMatrix q(classes - 1, weights_.w.rows());
    for (Index j = 0, k = 0; j < classes; ++j) {
      if (j == sample.predicted) continue;
      margins(k) = centers.logits(sample.predicted, column) - centers.logits(j, column) -
                   4 * centers.logit_error[l];
      q.row(k++) = (weights_.readout.col(sample.predicted) - weights_.readout.col(j)).transpose();
    }
    const IntervalCenter center{centers.p.col(column), centers.z.col(column), centers.t[l]};
    sample.radius_linf_interval = RadiusOf(center, margins, q, sample.radius_linf);
    sample.radius_linf = std::max(sample.radius_linf, *sample.radius_linf_interval);
    // An l2 ball is inside the linf ball of the same radius.
    sample.radius_l2 = std::max(sample.radius_l2, sample.radius_linf);
  }
}

// In turns a map is made for the box of the radius that is known, and a larger radius is looked for
// with it.
double IntervalCertifier::RadiusOf(const IntervalCenter& center, const VectorXd& margins,
                                   const HostMatrix& q, double start) {
  constexpr int kTurns = 8, kHalvings = 7;
  constexpr double kFarther = 4, kNearer = 16, kWorthwhile = 1.02;
  double best = 0, known = start;
  // The input does not enter all units; others follow those that it enters.
  const VectorXd enters = weights_.injection.cwiseAbs().rowwise().sum();
  Box box = Around(start * enters.cwiseMax(enters.mean()));
  for (int turn = 0; turn < kTurns; ++turn) {
    const IntervalMap map(weights_, center, Chords(center, box, &prox_), q, &prox_, &model_);
    if (!map.valid()) break;
    if (best == 0) box = Around(start * map.gain());
    double low = best > 0 ? best : start / kNearer, high = kFarther * std::max(best, start);
    const double before = best, box_of = known;
    const Box first = box;
    for (int i = 0; i < kHalvings; ++i) {
      const double r = std::sqrt(low * high);
      Box tried = Scaled(first, r / box_of);
      if (IsCertain(map, margins, r, &tried)) {
        low = best = known = r;
        box = tried;
      } else {
        high = r;
      }
    }
    if (!(best > kWorthwhile * before)) break;
  }
  return best;
}

}  // namespace mondeq
