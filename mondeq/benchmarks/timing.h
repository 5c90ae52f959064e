// Stopwatches for work that a device may do after it was asked to.
#ifndef MONDEQ_BENCHMARKS_TIMING_H_
#define MONDEQ_BENCHMARKS_TIMING_H_

#include <chrono>
#include <vector>

#include "absl/functional/function_ref.h"
#include "mondeq/device/device.h"

namespace mondeq {

using Clock = std::chrono::steady_clock;

double Seconds(Clock::time_point since);
double Milliseconds(Clock::time_point since);
// Waits until the device has done all that was queued, and then does the same. What went wrong is
// left in the device's status.
double MillisecondsWhenIdle(Device& device, Clock::time_point since);

// The value that a share of all others is below; a median at 0.5.
double Quantile(std::vector<double> values, double share);
double Median(std::vector<double> values);

// Counts rounds: Next is true for `seconds`, but for at least `least` and at most `most` rounds.
class Rounds {
 public:
  Rounds(double seconds, Index least, Index most) : seconds_(seconds), least_(least), most_(most) {}

  bool Next();
  Index done() const { return done_; }

 private:
  double seconds_;
  Index least_, most_, done_ = 0;
  Clock::time_point start_ = Clock::now();
};

// How many milliseconds a call of `body` took. Each of many trials is so many calls in a row that
// starting the first and waiting for the last do not count.
struct Times {
  double best = 0;
  double median = 0;
};
Times TimeRepeated(Device& device, absl::FunctionRef<void()> body);

}  // namespace mondeq

#endif  // MONDEQ_BENCHMARKS_TIMING_H_
