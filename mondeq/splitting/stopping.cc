#include "mondeq/splitting/stopping.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace mondeq {
namespace {

double Ratio(double change, double size, double guard) {
  return std::sqrt(change) / (guard + std::sqrt(size));
}

// What counts as zero beside a bias with this sum of squares. In float32 what cancels to zero
// leaves about 5e-7 ||b||, which must not keep a tolerance of 1e-2 from being met.
double Guard(double bias) { return std::max(1e-4 * std::sqrt(bias), 1e-30); }

}  // namespace

const char* ToString(Termination termination) {
  switch (termination) {
    case Termination::kConverged:
      return "converged";
    case Termination::kMaxIterations:
      return "reached max_iterations";
    case Termination::kStagnated:
      return "stagnated above the tolerance";
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

bool StoppingTest::Done(double quantity, int iterations) {
  iterations_ += iterations;
  last_ = quantity;
  if (!std::isfinite(quantity)) {
    termination_ = Termination::kNonFinite;
  } else if (quantity <= rule_.tolerance) {
    termination_ = Termination::kConverged;
  } else if (Stagnates(quantity, iterations)) {
    termination_ = Termination::kStagnated;
  } else {
    termination_ = Termination::kMaxIterations;
    return iterations_ >= rule_.max_iterations;
  }
  return true;
}

bool StoppingTest::Stagnates(double quantity, int iterations) {
  // Only near rounding is a long pause a floor; far above it slow or uneven progress is left to
  // max_iterations.
  constexpr double kNearRounding = 100;
  constexpr int kPatience = 25;
  if (quantity < best_) {
    best_ = quantity;
    since_best_ = 0;
    return false;
  }
  since_best_ += iterations;
  return since_best_ >= kPatience && best_ <= kNearRounding * rule_.epsilon;
}

}  // namespace mondeq
