#include "mondeq/report/line_chart.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
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

// The numbers from which an axis goes and up to which, and its ticks.
struct Axis {
  double least = 0, most = 1;
  std::vector<double> ticks;

  double Share(double value) const { return (value - least) / (most - least); }
};

// Of the logarithms: whole decades, of which at most about ten have a tick.
Axis Decades(double least, double most) {
  Axis axis{std::floor(std::log10(least)), std::ceil(std::log10(most)), {}};
  if (axis.least == axis.most) axis.least -= 1;
  const double step = std::ceil((axis.most - axis.least) / 10);
  for (double tick = axis.least; tick <= axis.most; tick += step) axis.ticks.push_back(tick);
  return axis;
}

// 1, 2 or 5 times a power of ten, so that at most six of them make the length.
double StepOf(double length) {
  const double power = std::pow(10, std::floor(std::log10(length / 6)));
  double step = 10 * power;
  for (double factor : {5.0, 2.0, 1.0}) {
    if (length / (factor * power) <= 6) step = factor * power;
  }
  return step;
}

// From zero, with a tick at every step.
Axis FromZero(double most, double least_step = 0) {
  Axis axis{0, most > 0 ? most : 1, {}};
  const double step = std::max(StepOf(axis.most), least_step);
  for (int i = 0; i * step <= axis.most * (1 + 1e-9); ++i) axis.ticks.push_back(i * step);
  return axis;
}

// From the last tick below to the first above.
Axis Range(double least, double most) {
  if (least > most) return FromZero(1);
  // What is the same but for rounding is no range.
  const double smallest = std::max(1e-6 * std::max(std::abs(least), std::abs(most)), 1e-30);
  const bool is_range = most - least > smallest;
  const double around = is_range ? 0 : 0.1 * std::abs(least);
  if (least == 0 && most == 0) return FromZero(1);
  const double step = StepOf(most - least + 2 * around);
  const double first = std::floor((least - around) / step),
               last = std::ceil((most + around) / step);
  Axis axis{first * step, last * step, {}};
  for (double i = first; i <= last; ++i) axis.ticks.push_back(i * step);
  return axis;
}

template <class F>
void ForEachShown(const ChartPanel& panel, Ordinate ordinate, const F& f) {
  for (const ChartLine& line : panel.lines) {
    for (const auto& point : line.points) {
      if (CanBeShown(point, ordinate)) f(point);
    }
  }
}

Axis AbscissaOf(const ChartPanel& panel, Ordinate ordinate) {
  double most = 0;
  ForEachShown(panel, ordinate, [&](const auto& point) { most = std::max(most, point.first); });
  return FromZero(most, ordinate == Ordinate::kRange ? 1 : 0);
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
  if (is_range) return Range(least, most);
  if (chart.ordinate == Ordinate::kLinear) return FromZero(most);
  return least > most ? Decades(1, 1) : Decades(least, most);
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
      } else if (count == 1 && chart_.ordinate == Ordinate::kRange) {
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
      absl::StrAppendFormat(
          &points, "%s%.1f,%.1f", count > 0 ? " " : "", X(point.first),
          Y(chart_.ordinate == Ordinate::kDecades ? std::log10(point.second) : point.second));
      ++count;
    }
    end_run();
    return svg;
  }

 private:
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
    const Axis x = AbscissaOf(panel, chart.ordinate);
    const PanelWriter writer(left, chart, x, y);
    absl::StrAppend(&svg, writer.Frame(panel));
    for (const ChartLine& line : panel.lines) absl::StrAppend(&svg, writer.Polylines(line));
    left += chart.width + kGap;
  }
  return absl::StrCat(svg, Legend(chart, legend_top, width), "</svg>\n");
}

}  // namespace mondeq
