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

struct StoppingRule {
  double tolerance = 1e-2;
  // The iteration ends at its first step with a prox from this one on.
  int max_iterations = 300;
  // Iterations between two looks at the stopping quantity; 0 leaves it to the device.
  int check_every = 0;
  // Whether every sample must meet the tolerance by itself.
  bool per_sample = false;
  // The machine epsilon of the type that the iteration computes in.
  double epsilon = 1.2e-7;
};

// Sums of squares, [tier][sample].
using SquareSums = std::vector<std::vector<double>>;

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

// Watches one iteration.
class StoppingTest {
 public:
  explicit StoppingTest(const StoppingRule& rule) : rule_(rule) {}

  // Takes the stopping quantity after `iterations` more iterations; returns whether to end.
  bool Done(double quantity, int iterations = 1);

  int iterations() const { return iterations_; }
  // The stopping quantity that Done took last.
  double last() const { return last_; }
  Termination termination() const { return termination_; }

 private:
  bool Stagnates(double quantity, int iterations);

  StoppingRule rule_;
  int iterations_ = 0;
  double last_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
  int since_best_ = 0;
  Termination termination_ = Termination::kMaxIterations;
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_STOPPING_H_
