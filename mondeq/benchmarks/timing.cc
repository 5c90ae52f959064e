#include "mondeq/benchmarks/timing.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mondeq {

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

double Milliseconds(Clock::time_point since) { return 1e3 * Seconds(since); }

double MillisecondsWhenIdle(Device& device, Clock::time_point since) {
  device.status().IgnoreError();  // waits
  return Milliseconds(since);
}

double Quantile(std::vector<double> values, double share) {
  const auto last = static_cast<double>(values.size() - 1);
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(std::lround(share * last));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

double Median(std::vector<double> values) { return Quantile(std::move(values), 0.5); }

bool Rounds::Next() {
  const bool more = done_ < least_ || (done_ < most_ && Seconds(start_) < seconds_);
  done_ += more ? 1 : 0;
  return more;
}

Times TimeRepeated(Device& device, absl::FunctionRef<void()> body) {
  constexpr double kTrialMs = 5, kSeconds = 0.3;
  constexpr Index kMostCalls = 4096;
  const auto trial = [&](Index calls) {
    MillisecondsWhenIdle(device, Clock::now());
    const Clock::time_point start = Clock::now();
    for (Index i = 0; i < calls; ++i) body();
    return MillisecondsWhenIdle(device, start);
  };
  trial(1);  // what is made once is made
  Index calls = 1;
  while (calls < kMostCalls && trial(calls) < kTrialMs) calls *= 2;
  std::vector<double> ms;
  for (Rounds rounds(kSeconds, 3, 1000); rounds.Next();)
    ms.push_back(trial(calls) / static_cast<double>(calls));
  return {*std::min_element(ms.begin(), ms.end()), Median(ms)};
}

}  // namespace mondeq
