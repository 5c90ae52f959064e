#include "mondeq/report/chart_axis.h"

#include <algorithm>
#include <cmath>

namespace mondeq {
namespace {

// 1, 2 or 5 times a power of ten, so that at most six of them make the length.
double StepOf(double length) {
  const double power = std::pow(10, std::floor(std::log10(length / 6)));
  double step = 10 * power;
  for (double factor : {5.0, 2.0, 1.0}) {
    if (length / (factor * power) <= 6) step = factor * power;
  }
  return step;
}

}  // namespace

Axis AxisOfDecades(double least, double most) {
  Axis axis{std::floor(std::log10(least)), std::ceil(std::log10(most)), {}};
  if (axis.least == axis.most) axis.least -= 1;
  const double step = std::ceil((axis.most - axis.least) / 10);
  for (double tick = axis.least; tick <= axis.most; tick += step) axis.ticks.push_back(tick);
  return axis;
}

Axis AxisFromZero(double most, double least_step) {
  Axis axis{0, most > 0 ? most : 1, {}};
  const double step = std::max(StepOf(axis.most), least_step);
  for (int i = 0; i * step <= axis.most * (1 + 1e-9); ++i) axis.ticks.push_back(i * step);
  return axis;
}

Axis AxisOfRange(double least, double most) {
  if (least > most) return AxisFromZero(1);
  // What is the same but for rounding is no range.
  const double smallest = std::max(1e-6 * std::max(std::abs(least), std::abs(most)), 1e-30);
  const bool is_range = most - least > smallest;
  const double around = is_range ? 0 : 0.1 * std::abs(least);
  if (least == 0 && most == 0) return AxisFromZero(1);
  const double step = StepOf(most - least + 2 * around);
  const double first = std::floor((least - around) / step),
               last = std::ceil((most + around) / step);
  Axis axis{first * step, last * step, {}};
  for (double i = first; i <= last; ++i) axis.ticks.push_back(i * step);
  return axis;
}

}  // namespace mondeq
