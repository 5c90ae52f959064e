#ifndef MONDEQ_BENCHMARKS_PEAK_MEMORY_H_
#define MONDEQ_BENCHMARKS_PEAK_MEMORY_H_

#include <sys/resource.h>

#include "mondeq/core/status.h"

namespace mondeq {

// The resident memory of this process at its highest so far.
inline double PeakBytes() {
  rusage usage;
  MONDEQ_CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

}  // namespace mondeq

#endif  // MONDEQ_BENCHMARKS_PEAK_MEMORY_H_
