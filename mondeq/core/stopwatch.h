// How long something takes, by a clock that is never set.
#ifndef MONDEQ_CORE_STOPWATCH_H_
#define MONDEQ_CORE_STOPWATCH_H_

#include <chrono>

namespace mondeq {

class Stopwatch {
 public:
  // Since it was made.
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace mondeq

#endif  // MONDEQ_CORE_STOPWATCH_H_
