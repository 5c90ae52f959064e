#include "mondeq/report/metrics_band.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mondeq {

Spread SpreadOf(const std::vector<double>& values) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double mean = sum / count;
  if (std::isnan(mean)) return {kNone, kNone, kNone, kNone};
  for (const double value : values) squares += (value - mean) * (value - mean);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return {mean, values.size() > 1 ? std::sqrt(squares / (count - 1)) : 0, *least, *most};
}

const std::vector<Spread>* MetricsBand::Find(const std::string& column) const {
  const auto found = columns.find(column);
  return found == columns.end() ? nullptr : &found->second;
}

MetricsBand BandOf(const std::vector<const MetricsTable*>& seeds) {
  MetricsBand band;
  band.seeds = seeds.size();
  band.rows = seeds[0]->rows();
  for (const MetricsTable* seed : seeds) {
    band.is_cut = band.is_cut || seed->rows() != seeds[0]->rows();
    band.rows = std::min(band.rows, seed->rows());
  }
  for (const std::string& name : seeds[0]->names) {
    const bool all = std::all_of(seeds.begin(), seeds.end(), [&](const MetricsTable* seed) {
      return seed->columns.count(name) > 0;
    });
    if (!all) continue;
    std::vector<Spread>& spreads = band.columns[name];
    for (std::size_t row = 0; row < band.rows; ++row) {
      std::vector<double> values;
      for (const MetricsTable* seed : seeds) values.push_back(seed->columns.at(name)[row]);
      spreads.push_back(SpreadOf(values));
    }
  }
  return band;
}

}  // namespace mondeq
