#include "mondeq/device/bidiagonal.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace mondeq {
namespace {

constexpr std::size_t kMostSteps = 100;
// The estimate hardly moves if so many steps raised it by no more than this share.
constexpr std::size_t kPatience = 4;
constexpr double kSmallRise = 1e-4;

}  // namespace

bool Bidiagonal::Add(double alpha, double beta) {
  if (!std::isfinite(alpha) || !std::isfinite(beta)) {
    estimates_.push_back(std::isfinite(alpha) ? beta : alpha);
    return true;
  }
  alphas_.push_back(alpha);
  scale_ = std::max({scale_, alpha, betas_.empty() ? 0 : betas_.back()});
  double low = estimate(), high = 2 * scale_;
  // 40 halvings leave 1e-12 of it.
  for (int i = 0; i < 40; ++i) {
    const double middle = low + (high - low) / 2;
    (IsAbove(middle) ? high : low) = middle;
  }
  estimates_.push_back(high);
  betas_.push_back(beta);
  const std::size_t steps = estimates_.size();
  if (beta <= std::numeric_limits<double>::epsilon() * high || steps >= kMostSteps) return true;
  return steps > kPatience && high - estimates_[steps - 1 - kPatience] <= kSmallRise * high;
}

// The pivots of B'B - x^2 I, a tridiagonal matrix, are all negative.
bool Bidiagonal::IsAbove(double x) const {
  double pivot = -1, above = 0, beta = 0;
  for (std::size_t i = 0; i < alphas_.size(); ++i) {
    const double alpha = alphas_[i] / scale_;
    pivot = alpha * alpha + beta * beta - x / scale_ * (x / scale_) - above * above / pivot;
    if (pivot >= 0) return false;
    beta = i < betas_.size() ? betas_[i] / scale_ : 0;
    above = alpha * beta;
  }
  return true;
}

}  // namespace mondeq
