// The metrics of runs that differ in their seed alone, as one.
#ifndef MONDEQ_REPORT_METRICS_BAND_H_
#define MONDEQ_REPORT_METRICS_BAND_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "mondeq/report/metrics_csv.h"

namespace mondeq {

// What the values of an epoch are over the seeds. The standard deviation is that of a sample, with
// count - 1; of one seed it is 0.
struct Spread {
  double mean = 0, deviation = 0, least = 0, most = 0;
};

// Values must not be empty; NaN among them makes all of it NaN.
Spread SpreadOf(const std::vector<double>& values);

struct MetricsBand {
  // Every column that all seeds have, "epoch" among them, a Spread per epoch that all seeds have
  // done.
  std::map<std::string, std::vector<Spread>> columns;
  std::size_t rows = 0;
  std::size_t seeds = 0;
  // Whether seeds have done other numbers of epochs.
  bool is_cut = false;

  // Null where a seed has no such column.
  const std::vector<Spread>* Find(const std::string& column) const;
};

// There must be a table.
MetricsBand BandOf(const std::vector<const MetricsTable*>& seeds);

}  // namespace mondeq

#endif  // MONDEQ_REPORT_METRICS_BAND_H_
