// When an iteration ends: pure functions of what was observed.
#ifndef MONDEQ_SPLITTING_STOPPING_H_
#define MONDEQ_SPLITTING_STOPPING_H_

#include <limits>
#include <ostream>
#include <vector>

namespace mondeq {

enum class Termination {
  kConverged,
  kMaxIterations,
  // The stopping quantity no longer falls although it is above the tolerance: rounding sets its
  // floor.
  kStagnated,
  // A NaN or an infinity appeared.
  kNonFinite,
};

const char* ToString(Termination termination);
std::ostream& operator<<(std::ostream& out, Termination termination);

enum class Criterion { kRelativeChange, kRelativeChangePerSample, kRelativeError };

struct StoppingRule {
  double tolerance = 1e-2;
  // The iteration ends at its first step with a prox from this one on.
  int max_iterations = 300;
  // Iterations between two looks at the stopping quantity; 0 leaves it to the device.
  int check_every = 0;
  Criterion criterion = Criterion::kRelativeError;
  // The machine epsilon of the type that the iteration computes in.
  double epsilon = 1.2e-7;
};

// Sums of squares, [tier][sample].
using SquareSums = std::vector<std::vector<double>>;

// What one look at an iteration saw.
struct Observation {
  // The stopping quantity: infinite where it is not known.
  double quantity = 0;
  // About what of it is rounding, and so will not go away.
  double rounding = 0;
  // Whether no value of the iteration is a NaN, which an infinite one becomes in the next step.
  bool finite = true;
};

// The relative change: the sum over tiers of ||z+ - z|| / (1e-4 ||b|| + ||z+||), with norms over
// the whole batch or, if `per_sample`, the largest such sum of a sample. `change` and `size` are
// sums of squares of z+ - z and of z+. `bias` has sums of squares of b: one for each sample if
// `per_sample`, else any number of them, which are added up.
//
// The first term makes a tier that is negligible beside b count as zero. It scales with b, because
// the adjoint state scales with the loss gradient: the fixed 1e-6 of Winston & Kolter's code ends
// its solve early when the loss is nearly gone.
double RelativeChange(const SquareSums& change, const SquareSums& size, bool per_sample,
                      const std::vector<double>& bias);

// What the relative error of a sample depends on besides the sums.
struct ErrorScale {
  double alpha = 1;
  double m = 1;
  double epsilon = 0;
  // ||z+|| counts as at least this share of the largest sample's: what is smaller is rounding where
  // samples round each other.
  double share = 0;
};

// The relative error
//   (sum over tiers of ||d|| / max(||z+||, ||z+ of all tiers|| / 100)
//       + 4 epsilon (1 + alpha ||b|| / ||z+||)) / min(1, alpha m)
// with the residual d of a method's step (splitting_method.h) and, for either term, the sample in
// which it is largest. Where it is at most `tolerance` every sample has
//   ||z+ - z*|| <= (1 + L min(alpha, 1/m)) tolerance ||z+||,
// and m times that bounds ||z+ - sigma(W z+ + b)|| but for the rounding of z+ itself: with F(z) =
// (I - W) z - b some g in G(z+) has ||F(z+) + g|| <= (1/alpha + L) ||d||, F + G is m-strongly
// monotone, and z+ = sigma(z+ + g) while sigma does not expand.
// The second term is the rounding of p and of c: where a small alpha, or a large part of b on which
// sigma is flat, makes steps too small to be seen, d is 0 far from z*. `residual` and `size` are
// sums of squares of d and of z+, and `bias` has the norms of b, all in the same unit for a sample.
// A sample where all of z+ is 0 is right if it is in `zero`, and else has an infinite error; `zero`
// has a value for every sample, or none where no z+ is 0.
Observation WorstRelativeError(const SquareSums& residual, const SquareSums& size,
                               const std::vector<double>& bias, const std::vector<bool>& zero,
                               const ErrorScale& scale);

// Watches one iteration.
class StoppingTest {
 public:
  explicit StoppingTest(const StoppingRule& rule) : rule_(rule) {}

  // Takes what was seen after `iterations` more iterations; returns whether to end.
  bool Done(const Observation& observation, int iterations = 1);

  int iterations() const { return iterations_; }
  // The stopping quantity that Done took last.
  double last() const { return last_; }
  Termination termination() const { return termination_; }

 private:
  bool Stagnates(const Observation& observation, int iterations);

  StoppingRule rule_;
  int iterations_ = 0;
  double last_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
  int since_best_ = 0;
  Termination termination_ = Termination::kMaxIterations;
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_STOPPING_H_
