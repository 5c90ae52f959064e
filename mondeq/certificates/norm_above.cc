#include "mondeq/certificates/norm_above.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "Eigen/Cholesky"
#include "Eigen/Eigenvalues"
#include "mondeq/core/random.h"

namespace mondeq {
namespace {

// An estimate from below, by a Lanczos iteration.
double Estimate(const Eigen::MatrixXd& g) {
  const Eigen::Index steps = std::min<Eigen::Index>(g.rows(), 100);
  Random random(0);
  Eigen::VectorXd v =
      Eigen::VectorXd::NullaryExpr(g.rows(), [&random](Eigen::Index) { return random.Normal(); });
  v.normalize();
  Eigen::VectorXd last = Eigen::VectorXd::Zero(g.rows()), next(g.rows());
  Eigen::VectorXd diagonal(steps), beside = Eigen::VectorXd::Zero(steps);
  Eigen::Index count = 0;
  for (double beta = 0; count < steps;) {
    next.noalias() = g * v;
    next -= beta * last;
    diagonal(count) = v.dot(next);
    next -= diagonal(count) * v;
    beta = next.norm();
    beside(count++) = beta;
    if (beta <= 1e-14) break;
    last.swap(v);
    v = next / beta;
  }
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(diagonal.head(count), beside.head(count - 1),
                                Eigen::EigenvaluesOnly);
  return solver.eigenvalues().maxCoeff();
}

// Whether s I - G is positive definite, to rounding.
bool IsAbove(double s, const Eigen::MatrixXd& g) {
  Eigen::MatrixXd shifted = -g;
  shifted.diagonal().array() += s;
  return Eigen::LLT<Eigen::MatrixXd>(shifted).info() == Eigen::Success;
}

}  // namespace

double LargestEigenvalueAbove(const Eigen::MatrixXd& g, double gap) {
  if (g.size() == 0) return 0;
  const double largest = g.cwiseAbs().maxCoeff();
  if (!g.allFinite()) return std::numeric_limits<double>::infinity();
  if (largest == 0) return 0;
  const Eigen::MatrixXd scaled = g / largest;
  double below = Estimate(scaled), above = below * (1 + gap / 2);
  for (double excess = gap; !IsAbove(above, scaled); excess *= 2) {
    below = above;
    above *= 1 + excess;
  }
  while (above > below * (1 + gap)) {
    const double middle = (below + above) / 2;
    (IsAbove(middle, scaled) ? above : below) = middle;
  }
  // With s I - G = R' R - E, ||E|| is at most (n + 1) units roundoff of the trace, and what a
  // decomposition shows is that s + ||E|| is a bound (Rump 2006).
  const double n = static_cast<double>(g.rows());
  return largest * above * (1 + (n + 3) * n * std::numeric_limits<double>::epsilon());
}

double NormAbove(const Eigen::MatrixXd& k, double gap) {
  if (k.size() == 0) return 0;
  if (!k.allFinite()) return std::numeric_limits<double>::infinity();
  const double largest = k.cwiseAbs().maxCoeff();
  if (largest == 0) return 0;
  // Squares neither over- nor underflow.
  const int exponent = std::max(std::ilogb(largest), -1000);
  const Eigen::MatrixXd scaled = k * std::ldexp(1.0, -exponent);
  const Eigen::MatrixXd gram = scaled.transpose() * scaled;
  // Twice the bound, for what is of higher order in it.
  const double epsilon = std::numeric_limits<double>::epsilon(),
               rounding = static_cast<double>(k.rows()) * epsilon * scaled.squaredNorm();
  return std::ldexp(std::sqrt(LargestEigenvalueAbove(gram, gap) + rounding) * (1 + 2 * epsilon),
                    exponent);
}

}  // namespace mondeq
