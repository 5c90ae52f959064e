// The axes of charts.
#ifndef MONDEQ_REPORT_CHART_AXIS_H_
#define MONDEQ_REPORT_CHART_AXIS_H_

#include <vector>

namespace mondeq {

// The numbers from which an axis goes and up to which, and its ticks.
struct Axis {
  double least = 0, most = 1;
  std::vector<double> ticks;

  double Share(double value) const { return (value - least) / (most - least); }
};

// Of the logarithms: whole decades, of which at most about ten have a tick.
Axis AxisOfDecades(double least, double most);

// From zero, with a tick at every step.
Axis AxisFromZero(double most, double least_step = 0);

// From the last tick below to the first above.
Axis AxisOfRange(double least, double most);

}  // namespace mondeq

#endif  // MONDEQ_REPORT_CHART_AXIS_H_
