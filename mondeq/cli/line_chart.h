// Charts of lines as SVG: panels side by side, one legend below.
#ifndef MONDEQ_CLI_LINE_CHART_H_
#define MONDEQ_CLI_LINE_CHART_H_

#include <string>
#include <utility>
#include <vector>

namespace mondeq {

// How many colours there are besides black.
constexpr int kChartColors = 16;

enum class Stroke { kSolid, kDashed, kDotted };

struct ChartLine {
  // Which colour it has: 0 .. kChartColors - 1, and again from there; black below 0.
  int color = 0;
  Stroke stroke = Stroke::kSolid;
  // (x, y) in the order in which they are joined. What cannot be shown interrupts the line: x that
  // is not finite, and y that is not or is outside 1e-20 .. 1e2; 0 can where the ordinate is
  // linear.
  std::vector<std::pair<double, double>> points;
};

struct ChartPanel {
  std::string x_label;
  std::vector<ChartLine> lines;
};

struct ChartKey {
  int color = 0;
  Stroke stroke = Stroke::kSolid;
  std::string label;
};

enum class Ordinate {
  kDecades,  // logarithmic, of whole decades
  kLinear,   // from zero
};

struct LineChart {
  std::string title;
  // The panels have one ordinate in common.
  std::string y_label;
  std::vector<ChartPanel> panels;
  std::vector<ChartKey> legend;
  Ordinate ordinate = Ordinate::kDecades;
};

// A whole SVG document. Lines of less than two points are not drawn.
std::string ToSvg(const LineChart& chart);

}  // namespace mondeq

#endif  // MONDEQ_CLI_LINE_CHART_H_
