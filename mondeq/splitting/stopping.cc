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

double RelativeChange(const SquareSums& change, const SquareSums& size, bool per_sample,
                      const std::vector<double>& bias) {
  double of_batch = 0, worst = 0;
  const double guard = Guard(std::accumulate(bias.begin(), bias.end(), 0.0));
  for (std::size_t tier = 0; tier < change.size(); ++tier) {
    of_batch += Ratio(std::accumulate(change[tier].begin(), change[tier].end(), 0.0),
                      std::accumulate(size[tier].begin(), size[tier].end(), 0.0), guard);
  }
  if (!per_sample) return of_batch;
  for (std::size_t sample = 0; sample < change.front().size(); ++sample) {
    double ratio = 0;
    for (std::size_t tier = 0; tier < change.size(); ++tier) {
      ratio += Ratio(change[tier][sample], size[tier][sample], Guard(bias[sample]));
    }
    // A NaN wins, and stays: no comparison with it is true.
    if (std::isnan(ratio) || ratio > worst) worst = ratio;
  }
  return worst;
}

Observation WorstRelativeError(const SquareSums& residual, const SquareSums& size,
                               const std::vector<double>& bias, const std::vector<bool>& zero,
                               const ErrorScale& scale) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::size_t tiers = size.size(), samples = size.front().size();
  const double least = scale.share * scale.share * LargestSquare(size);
  // The largest ||d|| / ||z+||, squared where there is one tier, and ||b|| / ||z+||.
  double error = 0, reach = 0;
  bool has_nan = false;
  for (std::size_t sample = 0; sample < samples; ++sample) {
    double whole = 0;
    for (std::size_t tier = 0; tier < tiers; ++tier) {
      whole += size[tier][sample];
      has_nan = has_nan || std::isnan(whole) || std::isnan(residual[tier][sample]);
    }
    whole = std::max(whole, least);
    // A sum that is infinite may be of squares of finite numbers.
    if (whole == 0 || std::isinf(whole)) {
      if (whole != 0 || zero.empty() || !zero[sample]) error = kInfinity;
      continue;
    }
    double ratio = residual[0][sample] / whole;
    if (tiers > 1) ratio = SumOfRatios(residual, size, sample, std::max(1e-4 * whole, least));
    error = std::max(error, ratio);
    reach = std::max(reach, bias[sample] / std::sqrt(whole));
  }
  if (has_nan) return {kInfinity, 0, /*finite=*/false};
  if (tiers == 1) error = std::sqrt(error);
  const double unit = std::min(1.0, scale.alpha * scale.m);
  const double rounding = 4 * scale.epsilon * (1 + scale.alpha * reach) / unit;
  return {error / unit + rounding, rounding, true};
}

bool StoppingTest::Done(const Observation& observation, int iterations) {
  iterations_ += iterations;
  last_ = observation.quantity;
  if (!observation.finite) {
    termination_ = Termination::kNonFinite;
  } else if (observation.quantity <= rule_.tolerance) {
    termination_ = Termination::kConverged;
  } else if (Stagnates(observation, iterations)) {
    termination_ = Termination::kStagnated;
  } else {
    termination_ = Termination::kMaxIterations;
    return iterations_ >= rule_.max_iterations;
  }
  return true;
}

bool StoppingTest::Stagnates(const Observation& observation, int iterations) {
  // Only near rounding is a long pause a floor; far above it slow or uneven progress is left to
  // max_iterations.
  constexpr double kNearRounding = 100;
  constexpr int kPatience = 25;
  if (observation.quantity < best_) {
    best_ = observation.quantity;
    since_best_ = 0;
    return false;
  }
  since_best_ += iterations;
  return since_best_ >= kPatience && best_ <= kNearRounding * observation.rounding;
}

}  // namespace mondeq
