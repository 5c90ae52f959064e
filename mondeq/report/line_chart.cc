#include "mondeq/report/line_chart.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "mondeq/report/chart_axis.h"
#include "mondeq/report/markup.h"

namespace mondeq {
namespace {

constexpr double kLeast = 1e-20, kMost = 1e2, kMostInRange = 1e30;
// In pixels.
constexpr double kLeft = 70, kTop = 50, kGap = 70, kRight = 20, kRow = 18;
// The first seven are Okabe and Ito's, which are told apart by most readers.
constexpr const char* kColors[kChartColors] = {
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#b8a800", "#332288",
    "#882255", "#117733", "#aa4499", "#888888", "#661100", "#44aa99", "#dd3355", "#999933"};

std::string ClassOf(int color) {
  return color < 0 ? "line-ink" : absl::StrCat("line-", color % kChartColors);
}

const char* DashOf(Stroke stroke) {
  switch (stroke) {
    case Stroke::kSolid:
      return "none";
    case Stroke::kDashed:
      return "7 3";
    case Stroke::kDotted:
      return "1.5 3";
  }
  return "none";
}

bool CanBeShown(const std::pair<double, double>& point, Ordinate ordinate) {
  if (ordinate == Ordinate::kRange) {
    return std::isfinite(point.first) && std::abs(point.second) <= kMostInRange;
  }
  const double least = ordinate == Ordinate::kLinear ? 0 : kLeast;
  return std::isfinite(point.first) && point.second >= least && point.second <= kMost;
}

// The ends of a band at a point.
std::pair<double, double> Low(const ChartBand::Point& point) { return {point.x, point.low}; }
std::pair<double, double> High(const ChartBand::Point& point) { return {point.x, point.high}; }

bool CanBeShown(const ChartBand::Point& point, Ordinate ordinate) {
  return CanBeShown(Low(point), ordinate) && CanBeShown(High(point), ordinate);
}

// Calls f(point) for every point of a line and every end of a band.
template <class F>
void ForEachShown(const ChartPanel& panel, Ordinate ordinate, const F& f) {
  for (const ChartLine& line : panel.lines) {
    for (const auto& point : line.points) {
      if (CanBeShown(point, ordinate)) f(point);
    }
  }
  for (const ChartBand& band : panel.bands) {
    for (const ChartBand::Point& point : band.points) {
      if (!CanBeShown(point, ordinate)) continue;
      f(Low(point));
      f(High(point));
    }
  }
}

Axis AbscissaOf(const ChartPanel& panel, const LineChart& chart) {
  double most = 0;
  ForEachShown(panel, chart.ordinate,
               [&](const auto& point) { most = std::max(most, point.first); });
  return AxisFromZero(most, chart.counts ? 1 : 0);
}

Axis OrdinateOf(const LineChart& chart) {
  const bool is_range = chart.ordinate == Ordinate::kRange;
  double least = is_range ? kMostInRange : kMost, most = is_range ? -kMostInRange : 0;
  for (const ChartPanel& panel : chart.panels) {
    ForEachShown(panel, chart.ordinate, [&](const auto& point) {
      least = std::min(least, point.second);
      most = std::max(most, point.second);
    });
  }
  if (is_range) return AxisOfRange(least, most);
  if (chart.ordinate == Ordinate::kLinear) return AxisFromZero(most);
  return least > most ? AxisOfDecades(1, 1) : AxisOfDecades(least, most);
}

std::string Segment(double x1, double y1, double x2, double y2, const char* style) {
  return absl::StrFormat("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2,
                         y2, style);
}

std::string Text(double x, double y, const char* anchor, const std::string& text) {
  return absl::StrFormat("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor,
                         Escaped(text));
}

std::string Style(int color, Stroke stroke) {
  return absl::StrFormat(
      "class=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" stroke-dasharray=\"%s\"",
      ClassOf(color), ChartColor(color), DashOf(stroke));
}

// A panel whose left edge is at `left`.
class PanelWriter {
 public:
  PanelWriter(double left, const LineChart& chart, const Axis& x, const Axis& y)
      : left_(left), chart_(chart), x_(x), y_(y) {}

  std::string Frame(const ChartPanel& panel) const {
    constexpr char kGrid[] = "class=\"grid\" stroke=\"#dddddd\"";
    std::string svg;
    for (double tick : y_.ticks) {
      absl::StrAppend(&svg, Segment(left_, Y(tick), left_ + chart_.width, Y(tick), kGrid),
                      Text(left_ - 6, Y(tick) + 4, "end",
                           chart_.ordinate == Ordinate::kDecades ? absl::StrFormat("1e%.0f", tick)
                                                                 : absl::StrFormat("%.6g", tick)));
    }
    for (double tick : x_.ticks) {
      absl::StrAppend(
          &svg, Segment(X(tick), kTop, X(tick), kTop + chart_.height, kGrid),
          Text(X(tick), kTop + chart_.height + 17, "middle", absl::StrFormat("%.6g", tick)));
    }
    absl::StrAppendFormat(&svg,
                          "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                          "class=\"frame\" fill=\"none\" stroke=\"#444444\"/>\n",
                          left_, kTop, chart_.width, chart_.height);
    absl::StrAppend(
        &svg, Text(left_ + chart_.width / 2, kTop + chart_.height + 36, "middle", panel.x_label));
    return svg;
  }

  std::string Polylines(const ChartLine& line) const {
    std::string svg, points;
    int count = 0;
    const auto end_run = [&] {
      if (count > 1) {
        absl::StrAppend(&svg, "<polyline ", Style(line.color, line.stroke), " points=\"", points,
                        "\"/>\n");
      } else if (count == 1 && chart_.counts) {
        const std::pair<std::string, std::string> dot = absl::StrSplit(points, ',');
        absl::StrAppendFormat(&svg,
                              "<circle cx=\"%s\" cy=\"%s\" r=\"3\" class=\"%s\" fill=\"%s\" "
                              "stroke=\"%s\"/>\n",
                              dot.first, dot.second, ClassOf(line.color),
                              line.stroke == Stroke::kSolid ? ChartColor(line.color) : "none",
                              ChartColor(line.color));
      }
      points.clear();
      count = 0;
    };
    for (const auto& point : line.points) {
      if (!CanBeShown(point, chart_.ordinate)) {
        end_run();
        continue;
      }
      absl::StrAppend(&points, count > 0 ? " " : "", Place(point));
      ++count;
    }
    end_run();
    return svg;
  }

  std::string Polygons(const ChartBand& band) const {
    std::string svg;
    std::vector<std::string> above, below;
    const auto end_run = [&] {
      if (above.size() > 1) {
        above.insert(above.end(), below.rbegin(), below.rend());
        absl::StrAppend(&svg, "<polygon class=\"band ", ClassOf(band.color), "\" fill=\"",
                        ChartColor(band.color), "\" fill-opacity=\"0.2\" points=\"",
                        absl::StrJoin(above, " "), "\"/>\n");
      }
      above.clear();
      below.clear();
    };
    for (const ChartBand::Point& point : band.points) {
      if (!CanBeShown(point, chart_.ordinate)) {
        end_run();
        continue;
      }
      above.push_back(Place(High(point)));
      below.push_back(Place(Low(point)));
    }
    end_run();
    return svg;
  }

 private:
  // "12.0,34.5"
  std::string Place(const std::pair<double, double>& point) const {
    return absl::StrFormat(
        "%.1f,%.1f", X(point.first),
        Y(chart_.ordinate == Ordinate::kDecades ? std::log10(point.second) : point.second));
  }
  double X(double value) const { return left_ + chart_.width * x_.Share(value); }
  // Of a value on the axis, a logarithm where that is one of decades.
  double Y(double on_axis) const { return kTop + chart_.height * (1 - y_.Share(on_axis)); }

  double left_;
  const LineChart& chart_;
  const Axis& x_;
  const Axis& y_;
};

// In two columns.
std::string Legend(const LineChart& chart, double top, double width) {
  std::string svg;
  for (std::size_t i = 0; i < chart.legend.size(); ++i) {
    const ChartKey& key = chart.legend[i];
    const double x = kLeft + (i % 2 == 0 ? 0 : (width - kLeft) / 2);
    const double y = top + kRow * static_cast<double>(i / 2);
    absl::StrAppend(&svg, Segment(x, y, x + 34, y, Style(key.color, key.stroke).c_str()),
                    Text(x + 42, y + 4, "start", key.label));
  }
  return svg;
}

}  // namespace

const char* ChartColor(int color) { return color < 0 ? "#000000" : kColors[color % kChartColors]; }

bool ShowsAnything(const LineChart& chart) {
  for (const ChartPanel& panel : chart.panels) {
    for (const ChartLine& line : panel.lines) {
      for (const auto& point : line.points) {
        if (CanBeShown(point, chart.ordinate)) return true;
      }
    }
  }
  return false;
}

std::string ToSvg(const LineChart& chart) {
  return absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", SvgElement(chart));
}

std::string SvgElement(const LineChart& chart) {
  const double panels = static_cast<double>(chart.panels.size());
  const double rows = std::ceil(static_cast<double>(chart.legend.size()) / 2);
  const double width = kLeft + panels * (chart.width + kGap) - kGap + kRight;
  const double legend_top = kTop + chart.height + 66, height = legend_top + kRow * rows;
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
      "viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect class=\"paper\" width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
      width, height, width, height);
  absl::StrAppend(&svg, Text(kLeft, 20, "start", chart.title),
                  Text(kLeft, kTop - 10, "start", chart.y_label));
  const Axis y = OrdinateOf(chart);
  double left = kLeft;
  for (const ChartPanel& panel : chart.panels) {
    const Axis x = AbscissaOf(panel, chart);
    const PanelWriter writer(left, chart, x, y);
    absl::StrAppend(&svg, writer.Frame(panel));
    for (const ChartBand& band : panel.bands) absl::StrAppend(&svg, writer.Polygons(band));
    for (const ChartLine& line : panel.lines) absl::StrAppend(&svg, writer.Polylines(line));
    left += chart.width + kGap;
  }
  return absl::StrCat(svg, Legend(chart, legend_top, width), "</svg>\n");
}

}  // namespace mondeq
