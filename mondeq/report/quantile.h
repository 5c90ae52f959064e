// Quantiles of numbers that were measured or proved.
#ifndef MONDEQ_REPORT_QUANTILE_H_
#define MONDEQ_REPORT_QUANTILE_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "mondeq/core/status.h"

namespace mondeq {

// The smallest of the values that at least `share` of them do not exceed (the inverse of their
// distribution function, definition 1 of Hyndman & Fan 1996): what is said of it holds for a value
// that is there, infinite ones included, and nothing is interpolated. There must be a value, none
// is NaN, and 0 < share <= 1. (Quantile of benchmarks/timing.h is another.)
inline double NearestRankQuantile(std::vector<double> values, double share) {
  MONDEQ_CHECK(!values.empty() && share > 0 && share <= 1);
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

}  // namespace mondeq

#endif  // MONDEQ_REPORT_QUANTILE_H_
