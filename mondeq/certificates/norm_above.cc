#include "mondeq/certificates/norm_above.h"

#include <cmath>
#include <limits>

#include "Eigen/Cholesky"
#include "mondeq/core/random.h"

namespace mondeq {
namespace {

constexpr double kGap = 1e-3;

// An estimate from below, by a power iteration: ||G v|| for a unit vector v.
double Estimate(const Eigen::MatrixXd& g) {
  constexpr int kIterations = 100;
  Random random(0);
  Eigen::VectorXd v =
      Eigen::VectorXd::NullaryExpr(g.rows(), [&random](Eigen::Index) { return random.Normal(); });
  double norm = 0;
  for (int i = 0; i < kIterations; ++i) {
    v /= v.norm();
    v = (g * v).eval();
    norm = v.norm();
    if (norm == 0) return 0;
  }
  return norm;
}

// Whether s I - G is positive definite, to rounding.
bool IsAbove(double s, const Eigen::MatrixXd& g) {
  Eigen::MatrixXd shifted = -g;
  shifted.diagonal().array() += s;
  return Eigen::LLT<Eigen::MatrixXd>(shifted).info() == Eigen::Success;
}

}  // namespace

double LargestEigenvalueAbove(const Eigen::MatrixXd& g) {
  if (g.size() == 0) return 0;
  const double largest = g.cwiseAbs().maxCoeff();
  if (!g.allFinite()) return std::numeric_limits<double>::infinity();
  if (largest == 0) return 0;
  const Eigen::MatrixXd scaled = g / largest;
  double below = Estimate(scaled), above = below * (1 + kGap / 2);
  for (double excess = kGap; !IsAbove(above, scaled); excess *= 2) {
    below = above;
    above *= 1 + excess;
  }
  while (above > below * (1 + kGap)) {
    const double middle = (below + above) / 2;
    (IsAbove(middle, scaled) ? above : below) = middle;
  }
  // With s I - G = R' R - E, ||E|| is at most (n + 1) units roundoff of the trace, and what a
  // decomposition shows is that s + ||E|| is a bound (Rump 2006).
  const double n = static_cast<double>(g.rows());
  return largest * above * (1 + (n + 3) * n * std::numeric_limits<double>::epsilon());
}

}  // namespace mondeq
