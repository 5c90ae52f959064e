#include "mondeq/certificates/rounded_operator.h"

#include <cmath>
#include <limits>

#include "mondeq/certificates/columns.h"
#include "mondeq/certificates/lipschitz_above.h"

namespace mondeq {
namespace {

// Calls f(to, from) for every pair of pixels of a torus that a convolution's tap connects: their
// first rows in a state, where that of the tap is `tap`.
template <class F>
void ForEachPair(const Features& torus, Index tap, const F& f) {
  const Index n = torus.channels, down = tap / n / torus.columns, right = tap / n % torus.columns;
  for (Index row = 0; row < torus.rows; ++row) {
    for (Index column = 0; column < torus.columns; ++column) {
      f(((row + down) % torus.rows * torus.columns + (column + right) % torus.columns) * n,
        (row * torus.columns + column) * n);
    }
  }
}

const Features& TorusOf(const Model& model) { return model.op().layout().tiers().front().memory; }

}  // namespace

HostMatrix Rounded(int bits, const HostMatrix& values) {
  const double step = values.cwiseAbs().maxCoeff() / (std::ldexp(1.0, bits - 1) - 1);
  if (!(step > 0)) return values;
  return values.unaryExpr([step](double value) { return step * std::nearbyint(value / step); });
}

RoundedOperator::RoundedOperator(int bits, Model* model) : model_(*model) {
  MonotoneOperator& op = model->op();
  const Index count = *TellingColumns(op);
  const double size = static_cast<double>(op.dim()), u = model->roundoff();
  const HostMatrix k = OperatorColumns(count, model), w = HostMatrix::Identity(op.dim(), count) - k;
  w_ = Rounded(bits, w);
  difference_ = w_ - w;
  const double of_column = u * (op.RoundingConstant() + 4 * (1 + k.norm()));
  change_ = NormOfColumns(op, difference_, of_column);
  m_ = op.m() - change_;
  change_error_ = std::sqrt(size) * of_column + 2 * size * u * std::sqrt(size) * difference_.norm();
  if (!op.commutes_with_shifts()) return;
  // Taps beside the kernel hold nothing but rounding: without them the products are fast.
  const Index n = count;
  for (Index first = 0; first < difference_.rows(); first += n) {
    auto tap = difference_.middleRows(first, n);
    if (tap.norm() > std::sqrt(static_cast<double>(n)) * of_column) continue;
    change_error_ += tap.norm();
    tap.setZero();
  }
}

HostMatrix RoundedOperator::ApplyChange(const HostMatrix& z) const {
  if (!model_.op().commutes_with_shifts()) return difference_ * z;
  const Features& torus = TorusOf(model_);
  const Index n = torus.channels;
  HostMatrix product = HostMatrix::Zero(z.rows(), z.cols());
  for (Index tap = 0; tap < difference_.rows(); tap += n) {
    const auto of_tap = difference_.middleRows(tap, n);
    if (of_tap.isZero(0)) continue;
    ForEachPair(torus, tap, [&](Index to, Index from) {
      product.middleRows(to, n).noalias() += of_tap * z.middleRows(from, n);
    });
  }
  return product;
}

bool RoundedOperator::solves() const { return m_ > 0 && model_.op().dim() <= kMostDenseUnits; }

HostMatrix RoundedOperator::Whole(const HostMatrix& columns) const {
  if (!model_.op().commutes_with_shifts()) return columns;
  const Features& torus = TorusOf(model_);
  const Index n = torus.channels, dim = torus.dim();
  HostMatrix whole(dim, dim);
  for (Index tap = 0; tap < dim; tap += n) {
    ForEachPair(torus, tap, [&](Index to, Index from) {
      whole.block(to, from, n, n) = columns.middleRows(tap, n);
    });
  }
  return whole;
}

// Peaceman-Rachford, whose alpha may be any.
RoundedOperator::Solution RoundedOperator::Solve(const HostMatrix& b) {
  constexpr int kMostIterations = 10000;
  constexpr double kTolerance = 1e-11;
  Device& device = model_.device();
  const double alpha = model_.alpha();
  const HostMatrix identity = HostMatrix::Identity(b.rows(), b.rows()), k = identity - Whole(w_);
  const Tensor inverse = device.Allocate(DType::kFloat64, {b.rows(), b.rows()});
  device.Inverse(FromHostMatrix(device, identity + alpha * k), inverse);
  const ProxMap prox(&model_.sigma());
  const Tensor bias = FromHostMatrix(device, b), u = FromHostMatrix(device, 0 * b),
               v = device.Allocate(DType::kFloat64, bias.shape()),
               z = device.Allocate(DType::kFloat64, bias.shape());
  prox.Prox(device, alpha, u, z);
  // While z stands still on a flat part of sigma, u may move.
  HostMatrix before, now = ToHostMatrix(device, u);
  for (int i = 0; i < kMostIterations; ++i) {
    // u becomes 2 z - u, and v that plus alpha b.
    device.Axpby(2, z, -1, u);
    device.Copy(u, v);
    device.Axpby(alpha, bias, 1, v);
    // u <- 2 V v - u
    device.MatMul(2, inverse, Transpose::kNo, v, Transpose::kNo, -1, u);
    prox.Prox(device, alpha, u, z);
    before.swap(now);
    now = ToHostMatrix(device, u);
    if ((now - before).norm() <= kTolerance * now.norm()) break;
  }
  // ||z - z~|| <= ||w|| / m for w = (I - W~) z - b + (u - z) / alpha.
  Solution solution{ToHostMatrix(device, z), {}};
  const HostMatrix w = k * solution.z - b + (now - solution.z) / alpha;
  for (Index l = 0; l < b.cols(); ++l) solution.error.push_back(w.col(l).norm() / m_);
  return solution;
}

}  // namespace mondeq
