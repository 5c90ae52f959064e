#include "mondeq/splitting/stopping.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

namespace mondeq {
namespace {

double Ratio(double change, double size, double guard) {
  return std::sqrt(change) / (guard + std::sqrt(size));
}

// What counts as zero beside a bias with this sum of squares. In float32 what cancels to zero
// leaves about 5e-7 ||b||, which must not keep a tolerance of 1e-2 from being met.
double Guard(double bias) { return std::max(1e-4 * std::sqrt(bias), 1e-30); }

// The sum over tiers of ||d|| / ||z+|| of a sample; squares of ||z+|| count as at least `least`.
double SumOfRatios(const SquareSums& residual, const SquareSums& size, std::size_t sample,
                   double least) {
  double sum = 0;
  for (std::size_t tier = 0; tier < size.size(); ++tier) {
    sum += std::sqrt(residual[tier][sample] / std::max(size[tier][sample], least));
  }
  return sum;
}

// The largest ||z+||^2 of a sample, as far as it is finite; the comparison leaves out NaN.
double LargestSquare(const SquareSums& size) {
  double largest = 0;
  for (std::size_t sample = 0; sample < size.front().size(); ++sample) {
    double whole = 0;
    for (const std::vector<double>& tier : size) whole += tier[sample];
    if (whole > largest && std::isfinite(whole)) largest = whole;
  }
  return largest;
}

}  // namespace

const char* ToString(Termination termination) {
  switch (termination) {
    case Termination::kConverged:
      return "converged";
    case Termination::kMaxIterations:
      return "reached max_iterations";
    case Termination::kStagnated:
      return "stagnated above the tolerance, where rounding is";
    case Termination::kNonFinite:
      return "diverged to a non-finite value";
  }
  return "?";
}

std::ostream& operator<<(std::ostream& out, Termination termination) {
  return out << ToString(termination);
}

double RelativeChange(const SquareSums& change, const SquareSums& size,
                      const std::vector<double>& bias) {
  double sum = 0;
  const double guard = Guard(std::accumulate(bias.begin(), bias.end(), 0.0));
  for (std::size_t tier = 0; tier < change.size(); ++tier) {
    sum += Ratio(std::accumulate(change[tier].begin(), change[tier].end(), 0.0),
                 std::accumulate(size[tier].begin(), size[tier].end(), 0.0), guard);
  }
  return sum;
}

double RelativeChange(const SquareSums& change, const SquareSums& size, std::size_t sample,
                      double bias) {
  double sum = 0;
  const double guard = Guard(bias);
  for (std::size_t tier = 0; tier < change.size(); ++tier) {
    sum += Ratio(change[tier][sample], size[tier][sample], guard);
  }
  return sum;
}

void RelativeErrors(const SquareSums& residual, const SquareSums& size,
                    const std::vector<double>& bias, const std::vector<bool>& zero,
                    const ErrorScale& scale, std::vector<Observation>* seen) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::size_t tiers = size.size(), samples = size.front().size();
  const double least = scale.share * scale.share * LargestSquare(size);
  const double per_unit = 1 / std::min(1.0, scale.alpha * scale.m);
  const double roundings = 4 * scale.epsilon * per_unit;
  seen->resize(samples);
  for (std::size_t sample = 0; sample < samples; ++sample) {
    Observation& one = (*seen)[sample];
    one = {kInfinity, 0, true};
    double whole = 0, residuals = 0;
    for (std::size_t tier = 0; tier < tiers; ++tier) {
      whole += size[tier][sample];
      residuals += residual[tier][sample];
    }
    one.finite = !std::isnan(whole) && !std::isnan(residuals);
    whole = std::max(whole, least);
    // A sum that is infinite may be of squares of finite numbers.
    if (!one.finite || std::isinf(whole)) continue;
    if (whole == 0) {
      const double lost = zero.empty() ? 0 : roundings * (1 + scale.alpha * bias[sample]);
      if (!zero.empty() && zero[sample]) {
        one.quantity = 0;
      } else if (lost > 1) {
        one.quantity = one.rounding = lost;
      }
      continue;
    }
    const double error = tiers == 1
                             ? std::sqrt(residuals / whole)
                             : SumOfRatios(residual, size, sample, std::max(1e-4 * whole, least));
    const double reach = bias[sample] / std::sqrt(whole);
    one.rounding = roundings * (1 + scale.alpha * reach);
    one.quantity = error * per_unit + one.rounding;
  }
}

void StoppingTest::Begin(const StoppingRule& rule, std::size_t count) {
  rule_ = rule;
  iterations_ = 0;
  count_of_ended_ = 0;
  samples_.assign(count, SampleStats());
  progress_.assign(count, Progress());
  ended_.assign(count, false);
}

bool StoppingTest::Done(const std::vector<Observation>& seen, int iterations) {
  iterations_ += iterations;
  bool all_finite = true;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    if (ended_[i]) continue;
    SampleStats& sample = samples_[i];
    sample.iterations = iterations_;
    sample.quantity = seen[i].quantity;
    all_finite = all_finite && seen[i].finite;
    const SampleLimits limits = rule_.OwnLimits(i);
    if (!Ends(seen[i], iterations, limits.tolerance, &progress_[i], &sample.termination) &&
        !HasNoMore(limits, iterations)) {
      continue;
    }
    ended_[i] = true;
    ++count_of_ended_;
  }
  return !all_finite || count_of_ended_ == samples_.size() || iterations_ >= rule_.max_iterations;
}

double StoppingTest::iterations_left() const {
  double most = 0;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    if (ended_[i]) continue;
    // What fell from about 1 to this.
    const double quantity = samples_[i].quantity;
    const double left =
        quantity < 1 ? std::log(quantity / rule_.OwnLimits(i).tolerance) / -std::log(quantity) : 1;
    most = std::max(most, left * iterations_);
  }
  return most;
}

bool StoppingTest::Ends(const Observation& seen, int iterations, double tolerance,
                        Progress* progress, Termination* termination) const {
  // Only near rounding is a long pause a floor; far above it slow or uneven progress is left to
  // max_iterations.
  constexpr double kNearRounding = 100;
  if (!seen.finite) {
    *termination = Termination::kNonFinite;
    return true;
  }
  if (seen.quantity <= tolerance) {
    *termination = Termination::kConverged;
    return true;
  }
  if (seen.quantity < progress->best) {
    *progress = {seen.quantity, 0};
    return false;
  }
  progress->since_best += iterations;
  if (progress->since_best < rule_.patience || progress->best > kNearRounding * seen.rounding)
    return false;
  *termination = Termination::kStagnated;
  return true;
}

}  // namespace mondeq
