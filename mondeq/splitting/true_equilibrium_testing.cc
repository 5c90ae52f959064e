#include "mondeq/splitting/true_equilibrium_testing.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "Eigen/LU"
#include "Eigen/SVD"
#include "mondeq/device/cpu/cpu_device.h"

namespace mondeq {
namespace {

// sigma and its slope.
struct Value {
  long double z, slope;
};

Value Sigma(const std::string& name, long double s) {
  if (name == "[mondeq.relu] {}") return s > 0 ? Value{s, 1} : Value{0, 0};
  if (name == "[mondeq.leaky_relu] {}") {
    const double slope = 0.01;
    return s > 0 ? Value{s, 1} : Value{slope * s, slope};
  }
  if (name == "[mondeq.hard_tanh] {}") {
    return std::abs(s) < 1 ? Value{s, 1} : Value{std::copysign(1.0L, s), 0};
  }
  if (name == "[mondeq.soft_threshold] { lambda: 0.5 }") {
    return std::abs(s) > 0.5L ? Value{s - std::copysign(0.5L, s), 1} : Value{0, 0};
  }
  if (name == "[mondeq.tanh] {}") return {std::tanh(s), 1 - std::tanh(s) * std::tanh(s)};
  if (name == "[mondeq.elu] {}") return s > 0 ? Value{s, 1} : Value{std::expm1(s), std::exp(s)};
  const long double sigmoid = 1 / (1 + std::exp(-s));
  if (name == "[mondeq.sigmoid] {}") return {sigmoid, sigmoid * (1 - sigmoid)};
  return {std::max(s, 0.0L) + std::log1p(std::exp(-std::abs(s))), sigmoid};  // softplus
}

}  // namespace

const char* const kLongSigmas[8] = {
    "[mondeq.relu] {}",      "[mondeq.soft_threshold] { lambda: 0.5 }",
    "[mondeq.hard_tanh] {}", "[mondeq.leaky_relu] {}",
    "[mondeq.tanh] {}",      "[mondeq.sigmoid] {}",
    "[mondeq.elu] {}",       "[mondeq.softplus] {}"};

TrueEquilibrium::TrueEquilibrium(const OperatorConfig& op, const std::string& sigma,
                                 Problem* problem)
    : sigma_(sigma),
      near_(op, ParseSlot<NonlinearityConfig>(sigma), DType::kFloat64, MakeCpuDevice(1)) {
  Assign(*near_.device_, ToMatrix(*problem->device_, problem->store_.values()),
         near_.store_.values());
  near_.op_->ParametersChanged();
  const auto parameter = [&](const char* name) {
    return LongMatrix(ToMatrix(*near_.device_, near_.store_.Find(name)->value).cast<long double>());
  };
  const LongMatrix a = parameter("operator.A"), b = parameter("operator.B");
  w_ = -a.transpose() * a + b - b.transpose();
  w_.diagonal().array() += 1 - static_cast<long double>(near_.op_->m());
  EXPECT_LE(RelativeError(near_.W(), w_.cast<double>()), 1e-13);
  const Eigen::MatrixXd f = (LongMatrix::Identity(w_.rows(), w_.cols()) - w_).cast<double>();
  l_ = Eigen::JacobiSVD<Eigen::MatrixXd>(f).singularValues()(0);
}

bool TrueEquilibrium::Find(const Eigen::MatrixXd& b, LongMatrix* z) {
  const auto method = Create<SplittingMethod>("[mondeq.peaceman_rachford] {}", {});
  const LongMatrix bias = b.cast<long double>();
  for (double tolerance : {1e-3, 1e-8, 1e-13}) {
    Eigen::MatrixXd near;
    near_.SolveForward(*method, b, Rule(DType::kFloat64, tolerance, 20000), &near);
    *z = near.cast<long double>();
    for (int step = 0; step < 8; ++step) {
      NewtonStep(bias, z);
      if (Certified(bias, *z)) return true;
    }
  }
  return false;
}

LongMatrix TrueEquilibrium::Layer(const LongMatrix& b, const LongMatrix& z) const {
  return LongMatrix(w_ * z + b).unaryExpr([&](long double s) { return Sigma(sigma_, s).z; });
}

void TrueEquilibrium::NewtonStep(const LongMatrix& b, LongMatrix* z) const {
  const LongMatrix s = w_ * *z + b;
  const LongMatrix slopes =
      s.unaryExpr([&](long double value) { return Sigma(sigma_, value).slope; });
  const LongMatrix residual = *z - Layer(b, *z);
  for (Index l = 0; l < b.cols(); ++l) {
    const LongMatrix system =
        LongMatrix::Identity(w_.rows(), w_.cols()) - LongMatrix(slopes.col(l).asDiagonal()) * w_;
    z->col(l) -= system.partialPivLu().solve(residual.col(l));
  }
}

// z is as far as its layer y and the certified error of that (certificate.h).
bool TrueEquilibrium::Certified(const LongMatrix& b, const LongMatrix& z) const {
  const long double epsilon = std::numeric_limits<long double>::epsilon(), m = near_.op_->m();
  const LongMatrix difference = z - Layer(b, z), w = w_ * difference;
  for (Index l = 0; l < b.cols(); ++l) {
    const long double size = z.col(l).stableNorm() + b.col(l).stableNorm() / (m + l_);
    const long double error = w.col(l).stableNorm() / m + difference.col(l).stableNorm();
    // y rounds W z.
    if (!(error <= 20 * epsilon * (1 + l_ / m) * (1 + l_) * size)) return false;
  }
  return true;
}

}  // namespace mondeq
