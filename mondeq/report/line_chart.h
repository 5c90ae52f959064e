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

// The room between two lines.
struct ChartBand {
  int color = 0;
  struct Point {
    double x = 0, low = 0, high = 0;
  };
  // In the order in which they are joined. Where either end cannot be shown the band is
  // interrupted.
  std::vector<Point> points;
};

struct ChartPanel {
  std::string x_label;
  std::vector<ChartLine> lines;
  std::vector<ChartBand> bands = {};
};

struct ChartKey {
  int color = 0;
  Stroke stroke = Stroke::kSolid;
  std::string label;
};

enum class Ordinate {
  kDecades,  // logarithmic, of whole decades
  kLinear,   // from zero
  kRange,    // linear, from what is least to what is most
};

struct LineChart {
  std::string title;
  // The panels have one ordinate in common.
  std::string y_label;
  std::vector<ChartPanel> panels;
  std::vector<ChartKey> legend;
  Ordinate ordinate = Ordinate::kDecades;
  // Whether the abscissa counts: its ticks are whole numbers, and a point by itself is a dot,
  // hollow if its line is not solid. Else lines of less than two points are not drawn.
  bool counts = false;
  // Of a panel, in pixels.
  double width = 480, height = 400;
};

// Whether there is a point of a line that can be shown.
bool ShowsAnything(const LineChart& chart);

// A whole SVG document.
std::string ToSvg(const LineChart& chart);

// The same as an element of an HTML page, whose style may make something else of the colours: the
// ground is of the class "paper", the lines behind are "grid", those around "frame", and a line is
// "line-0" .. "line-15" or "line-ink", a
// band "band" too.
std::string SvgElement(const LineChart& chart);

}  // namespace mondeq

#endif  // MONDEQ_REPORT_LINE_CHART_H_
