// Charts of lines as SVG: panels side by side, one legend below.
#ifndef MONDEQ_REPORT_LINE_CHART_H_
#define MONDEQ_REPORT_LINE_CHART_H_

#include <string>
#include <utility>
#include <vector>

namespace mondeq {

// How many colours there are besides black.
constexpr int kChartColors = 16;

// "#0072b2": that of a line.
const char* ChartColor(int color);

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
  kRange,    // linear, from what is least to what is most; the abscissa counts, in whole numbers
};

struct LineChart {
  std::string title;
  // The panels have one ordinate in common.
  std::string y_label;
  std::vector<ChartPanel> panels;
  std::vector<ChartKey> legend;
  Ordinate ordinate = Ordinate::kDecades;
  // Of a panel, in pixels.
  double width = 480, height = 400;
};

// A whole SVG document. Lines of less than two points are not drawn, but in a range, where a single
// point is a dot, hollow if the line is not solid.
std::string ToSvg(const LineChart& chart);

// The same as an element of an HTML page, whose style may make something else of the colours: the
// ground is of the class "paper", the lines behind are "grid", those around "frame", and a line is
// "line-0" .. "line-15" or "line-ink".
std::string SvgElement(const LineChart& chart);

}  // namespace mondeq

#endif  // MONDEQ_REPORT_LINE_CHART_H_
