#include "mondeq/certificates/interval_map.h"

#include <cmath>
#include <limits>
#include <utility>

#include "Eigen/LU"
#include "mondeq/certificates/columns.h"

namespace mondeq {
namespace {

using Eigen::ArrayXd;
using Eigen::VectorXd;

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// a b, on the device.
HostMatrix Product(const HostMatrix& a, const HostMatrix& b, Device* device) {
  const Tensor product = device->Allocate(DType::kFloat64, {a.rows(), b.cols()});
  device->MatMul(1, FromHostMatrix(*device, a), Transpose::kNo, FromHostMatrix(*device, b),
                 Transpose::kNo, 0, product);
  return ToHostMatrix(*device, product);
}

// Points of every unit's interval, in order. Where s has a kink at p = 0 it is one of them, and
// both parts are cut into equal cells.
HostMatrix PointsOf(const VectorXd& p, const Box& box) {
  constexpr Index kCells = 8;
  HostMatrix points(p.size(), 2 * kCells + 1);
  const VectorXd kink = (-p).cwiseMax(box.low).cwiseMin(box.high);
  for (Index k = 0; k < kCells; ++k) {
    const double part = static_cast<double>(k) / kCells;
    points.col(k) = box.low + part * (kink - box.low);
    points.col(kCells + k) = kink + part * (box.high - kink);
  }
  points.col(2 * kCells) = box.high;
  return points;
}

}  // namespace

IntervalWeights FindIntervalWeights(const VectorXd& scale, Model* model) {
  MonotoneOperator& op = model->op();
  const Index n = op.dim(), classes = model->classes();
  const double size = static_cast<double>(n), u = model->roundoff();
  IntervalWeights weights;
  const HostMatrix k = OperatorColumns(n, model);
  const double a = 1 / k.diagonal().mean();
  weights.a = a;
  weights.w = HostMatrix::Identity(n, n) - a * k;
  weights.w_error = a * std::sqrt(size) * op.RoundingConstant() * u +
                    2 * kEpsilon * (std::sqrt(size) + a * k.norm());
  const HostMatrix injection = a * InjectionColumns(scale, model);
  weights.injection = HostMatrix::Zero(n, scale.size());
  weights.injection.topRows(injection.rows()) = injection;
  weights.injection_error = a * RoundingOfInjection(scale, model) + kEpsilon * injection.norm();
  const HostMatrix rows = ReadoutRows(model);
  weights.readout = HostMatrix::Zero(n, classes);
  weights.readout.bottomRows(rows.rows()) = rows;
  weights.readout_error = RoundingOfReadoutRows(model);
  return weights;
}

HostMatrix ProxAt::operator()(const VectorXd& p, const HostMatrix& y) {
  Device& device = model_.device();
  const HostMatrix at = y.colwise() + p;
  const Tensor& points = points_.Get(device, DType::kFloat64, {at.rows(), at.cols()});
  device.CopyFromHost(at.data(), points);
  ProxMap(&model_.sigma()).Prox(device, a_, points, points);
  return ToHostMatrix(device, points);
}

VectorXd Chords(const IntervalCenter& center, const Box& box, ProxAt* prox) {
  HostMatrix ends(box.low.size(), 2);
  ends << box.low, box.high;
  const HostMatrix values = (*prox)(center.p, ends);
  const ArrayXd width = (box.high - box.low).array(),
                rise = (values.col(1) - values.col(0)).array();
  return (width > 0).select(rise / width, 0.5).max(0.0).min(1.0).matrix();
}

IntervalMap::IntervalMap(const IntervalWeights& weights, const IntervalCenter& center, VectorXd c,
                         const HostMatrix& q, ProxAt* prox, Model* model)
    : weights_(weights), center_(center), c_(std::move(c)), prox_(*prox) {
  const Index n = weights.w.rows(), inputs = weights.injection.cols();
  const double size = static_cast<double>(n), columns = static_cast<double>(inputs);
  const HostMatrix identity = HostMatrix::Identity(n, n);
  const HostMatrix h = (identity - weights.w * c_.asDiagonal()).eval().partialPivLu().inverse();
  p_ = Product(h, weights.w, &model->device());
  p_sizes_ = p_.cwiseAbs();
  const HostMatrix b = Product(h, weights.injection, &model->device());
  gain_ = b.cwiseAbs().rowwise().sum();
  k_ = q * c_.asDiagonal();
  of_g_ = q + Product(k_, p_, &model->device());
  of_u_ = Product(k_, b, &model->device()).cwiseAbs().rowwise().sum();

  gamma_ = (size + columns + 64) * kEpsilon;
  root_inputs_ = std::sqrt(columns);
  h_norm_ = h.norm();
  p_norm_ = p_.norm();
  b_norm_ = b.norm();
  p_error_ = h_norm_ * (gamma_ * weights.w.norm() + weights.w_error);
  b_error_ = root_inputs_ * h_norm_ * (gamma_ * weights.injection.norm() + weights.injection_error);
  off_ = (identity - h + p_ * c_.asDiagonal()).norm() * (1 + gamma_) + p_error_ +
         4 * kEpsilon * (std::sqrt(size) + h_norm_ + p_norm_);
}

IntervalMap::Remainder IntervalMap::RemainderOn(const Box& box) const {
  const HostMatrix y = PointsOf(center_.p, box);
  const HostMatrix s = prox_(center_.p, y);
  const ArrayXd c = c_.array(), z = center_.z.array();
  const double infinity = std::numeric_limits<double>::infinity();
  ArrayXd low = ArrayXd::Constant(c.size(), infinity), high = -low;
  for (Index k = 0; k + 1 < y.cols(); ++k) {
    // Between two points s is in a parallelogram, since it neither falls nor rises faster than y.
    const ArrayXd y0 = y.col(k), y1 = y.col(k + 1), s0 = s.col(k) - center_.z,
                  s1 = s.col(k + 1) - center_.z;
    const ArrayXd rise = (s1 - s0).max(0.0).min((y1 - y0).max(0.0));
    const ArrayXd first = s0 - c * y0, last = s1 - c * y1;
    low = low.min(first).min(last).min(s0 - c * (y1 - rise));
    high = high.max(first).max(last).max(s1 - c * (y0 + rise));
  }
  // The prox is exact to a few units in the last place of its argument.
  const ArrayXd reach = box.low.cwiseAbs().cwiseMax(box.high.cwiseAbs()).array();
  const ArrayXd error = 64 * kEpsilon * (center_.p.array().abs() + z.abs() + reach) +
                        64 * LimitsOf(DType::kFloat64).least;
  low -= error;
  high += error;
  return {(low + high) / 2, (high - low) / 2, low.abs().max(high.abs()).matrix().norm()};
}

double IntervalMap::Slack(double y_norm, double g_norm, double r) const {
  return h_norm_ * center_.t + off_ * y_norm + p_error_ * g_norm + b_error_ * r +
         gamma_ * (4 * p_norm_ * g_norm + root_inputs_ * b_norm_ * r) +
         64 * LimitsOf(DType::kFloat64).least;
}

Box IntervalMap::Apply(const Box& box, double r) const {
  const Remainder g = RemainderOn(box);
  const VectorXd middle = p_ * g.middle;
  const double slack = Slack(box.norm(), g.norm, r) * (1 + gamma_);
  const VectorXd radius = (p_sizes_ * g.radius + r * gain_).array() + slack;
  return {middle - radius, middle + radius};
}

VectorXd IntervalMap::Fall(const Box& box, double r) const {
  const Remainder g = RemainderOn(box);
  const double y_norm = box.norm(), slack = Slack(y_norm, g.norm, r);
  VectorXd fall = of_g_.cwiseAbs() * g.radius - of_g_ * g.middle + r * of_u_;
  for (Index j = 0; j < fall.size(); ++j) {
    const double k_norm = k_.row(j).norm();
    const double rounding =
        k_norm * (p_norm_ * g.norm + root_inputs_ * b_norm_ * r) + 4 * of_g_.row(j).norm() * g.norm;
    fall(j) += (k_norm * slack + gamma_ * rounding) * (1 + gamma_) +
               weights_.readout_error * (y_norm + g.norm);
  }
  return fall;
}

}  // namespace mondeq
