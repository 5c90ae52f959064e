// When an iteration ends: pure functions of what was observed.
#ifndef MONDEQ_SPLITTING_STOPPING_H_
#define MONDEQ_SPLITTING_STOPPING_H_

#include <algorithm>
#include <cstddef>
#include <limits>
#include <ostream>
#include <vector>

namespace mondeq {

// From best to worst.
enum class Termination {
  kConverged,
  // The stopping quantity no longer falls although it is above the tolerance: rounding sets its
  // floor.
  kStagnated,
  kMaxIterations,
  // A NaN or an infinity appeared.
  kNonFinite,
};

const char* ToString(Termination termination);
std::ostream& operator<<(std::ostream& out, Termination termination);

// The worse of two ends, by which a solve is called where its samples ended differently.
inline Termination Worse(Termination a, Termination b) { return std::max(a, b); }

// For one iteration the last two are the same; certified_solver.h goes on until it is certified.
enum class Criterion { kRelativeChange, kRelativeChangePerSample, kRelativeError, kCertifiedError };

struct SampleLimits {
  // A sample with an infinite one ends at the first look.
  double tolerance = 0;
  int max_iterations = 0;
};

struct StoppingRule {
  double tolerance = 1e-2;
  // The iteration ends at the last step with a prox of so many.
  int max_iterations = 300;
  // Iterations between two looks at the stopping quantity; 0 leaves it to the device.
  int check_every = 0;
  Criterion criterion = Criterion::kRelativeError;
  // Whether a sample ends when it has converged or stagnated itself, and stays as it is while its
  // batch goes on; else samples end together. Relative changes of the batch end together anyway.
  bool per_sample = true;
  // The machine epsilon of the type that the iteration computes in.
  double epsilon = 1.2e-7;
  // Near rounding, a sample whose quantity has not fallen in so many iterations has stagnated.
  int patience = 25;
  // Where samples that end each for itself have limits of their own: then `tolerance` is the least
  // of theirs, and the largest max_iterations is the one above.
  std::vector<SampleLimits> limits = {};

  bool ends_by_sample() const { return per_sample && criterion != Criterion::kRelativeChange; }
  // Whether the stopping quantity is about the error, and not about a change.
  bool bounds_error() const {
    return criterion == Criterion::kRelativeError || criterion == Criterion::kCertifiedError;
  }
  SampleLimits OwnLimits(std::size_t sample) const {
    return limits.empty() ? SampleLimits{tolerance, max_iterations} : limits[sample];
  }
};

// Sums of squares, [tier][sample].
using SquareSums = std::vector<std::vector<double>>;

// What one look at an iteration saw of a sample, or of what ends together.
struct Observation {
  // The stopping quantity: infinite where it is not known.
  double quantity = 0;
  // About what of it is rounding, and so will not go away.
  double rounding = 0;
  // Whether no value of the iteration is a NaN, which an infinite one becomes in the next step.
  bool finite = true;
};

// The relative change: the sum over tiers of ||z+ - z|| / (1e-4 ||b|| + ||z+||). `change` and
// `size` are sums of squares of z+ - z and of z+, `bias` has those of b.
//
// The first term makes a tier that is negligible beside b count as zero. It scales with b, because
// the adjoint state scales with the loss gradient: the fixed 1e-6 of Winston & Kolter's code ends
// its solve early when the loss is nearly gone.
//
// That of the batch has norms over all of it, and `bias` any number of sums, which are added up.
double RelativeChange(const SquareSums& change, const SquareSums& size,
                      const std::vector<double>& bias);
// That of a sample.
double RelativeChange(const SquareSums& change, const SquareSums& size, std::size_t sample,
                      double bias);

// What the relative error of a sample depends on besides the sums.
struct ErrorScale {
  double alpha = 1;
  double m = 1;
  double epsilon = 0;
  // ||z+|| counts as at least this share of the largest sample's: what is smaller is rounding where
  // samples round each other.
  double share = 0;
};

// The relative error of every sample,
//   (sum over tiers of ||d|| / max(||z+||, ||z+ of all tiers|| / 100)
//       + 4 epsilon (1 + alpha ||b|| / ||z+||)) / min(1, alpha m)
// with the residual d of a method's step (splitting_method.h). A sample where it is at most
// `tolerance` has
//   ||z+ - z*|| <= (1 + L min(alpha, 1/m)) tolerance ||z+||,
// and m times that bounds ||z+ - sigma(W z+ + b)|| but for the rounding of z+ itself: with F(z) =
// (I - W) z - b some g in G(z+) has ||F(z+) + g|| <= (1/alpha + L) ||d||, F + G is m-strongly
// monotone, and z+ = sigma(z+ + g) while sigma does not expand.
// The second term is the rounding of p and of c: where a small alpha, or a large part of b on which
// sigma is flat, makes steps too small to be seen, d is 0 far from z*. `residual` and `size` are
// sums of squares of d and of z+, and `bias` has the norms of b, to which what is lost below the
// least number has been added as if it were rounding, all in the same unit for a sample.
// A sample where all of z+ is 0 is right if it is in `zero`, and else has an infinite error, unless
// rounding explains it; `zero` has a value for every sample, and the unit is one in which z* is
// near 1 then, or none where no z+ is 0.
void RelativeErrors(const SquareSums& residual, const SquareSums& size,
                    const std::vector<double>& bias, const std::vector<bool>& zero,
                    const ErrorScale& scale, std::vector<Observation>* seen);

// How an iteration ended, or stands.
struct SampleStats {
  int iterations = 0;
  // The stopping quantity that was seen last.
  double quantity = 0;
  Termination termination = Termination::kMaxIterations;
};

// Watches one iteration of samples that end each for itself, or of one thing.
class StoppingTest {
 public:
  // Begins anew.
  void Begin(const StoppingRule& rule, std::size_t count);

  // Takes what was seen of each after `iterations` more iterations; returns whether to end. One
  // that is not finite ends all.
  bool Done(const std::vector<Observation>& seen, int iterations = 1);

  int iterations() const { return iterations_; }
  // Of each. One that has ended keeps what it had then.
  const std::vector<SampleStats>& samples() const { return samples_; }
  bool has_ended(std::size_t sample) const { return ended_[sample]; }
  // How many have ended.
  std::size_t ended() const { return count_of_ended_; }
  std::ptrdiff_t live() const {
    return static_cast<std::ptrdiff_t>(samples_.size() - count_of_ended_);
  }
  // Iterations until the slowest of the others ends, if it goes on at the pace that it has had.
  double iterations_left() const;

 private:
  // What tells stagnation.
  struct Progress {
    double best = std::numeric_limits<double>::infinity();
    int since_best = 0;
  };

  // Whether one ends with what was seen of it.
  bool Ends(const Observation& seen, int iterations, double tolerance, Progress* progress,
            Termination* termination) const;
  // Whether one has fewer iterations than the others, and the next look is beyond them.
  bool HasNoMore(const SampleLimits& limits, int iterations) const {
    return limits.max_iterations < rule_.max_iterations &&
           iterations_ + iterations > limits.max_iterations;
  }

  StoppingRule rule_;
  int iterations_ = 0;
  std::size_t count_of_ended_ = 0;
  std::vector<SampleStats> samples_;
  std::vector<Progress> progress_;
  std::vector<bool> ended_;
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_STOPPING_H_
