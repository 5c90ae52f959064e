#include "mondeq/report/line_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Checks that tags are closed in the order in which they were opened, and that attributes and text
// hold no character that XML gives a meaning.
void ExpectWellFormed(const std::string& svg) {
  std::vector<std::string> open;
  std::size_t at = svg.find("?>") + 2;
  ASSERT_TRUE(absl::StartsWith(svg, "<?xml "));
  while ((at = svg.find('<', at)) != std::string::npos) {
    const std::size_t end = svg.find('>', at);
    ASSERT_NE(end, std::string::npos);
    const std::string tag = svg.substr(at + 1, end - at - 1);
    EXPECT_EQ(tag.find('<'), std::string::npos) << tag;
    EXPECT_EQ(std::count(tag.begin(), tag.end(), '"') % 2, 0) << tag;
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag[0] == '/') {
      ASSERT_FALSE(open.empty()) << tag;
      EXPECT_EQ("/" + open.back(), tag);
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
    at = end;
  }
  EXPECT_TRUE(open.empty());
  for (at = svg.find('&'); at != std::string::npos; at = svg.find('&', at + 1)) {
    EXPECT_THAT(svg.substr(at, 6), ::testing::MatchesRegex("&(amp|lt|gt|quot);.*"));
  }
}

int CountOf(const std::string& part, const std::string& text) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

LineChart Chart(std::vector<std::pair<double, double>> points) {
  ChartLine line;
  line.points = std::move(points);
  return {"title", "error", {{"iteration", {line}}}, {{0, Stroke::kSolid, "method"}}};
}

TEST(LineChartTest, DrawsEveryLineInEveryPanel) {
  LineChart chart = Chart({{1, 1}, {2, 1e-3}, {40, 1e-6}});
  chart.panels[0].lines.push_back({1, Stroke::kDashed, {{17, 10}, {40, 1e-2}}});
  chart.panels.push_back(chart.panels[0]);
  chart.panels[1].x_label = "ms";
  const std::string svg = ToSvg(chart);
  ExpectWellFormed(svg);
  EXPECT_EQ(CountOf("<polyline ", svg), 4);
  EXPECT_EQ(CountOf("stroke-dasharray=\"7 3\"", svg), 2);
  for (const char* text : {">title<", ">error<", ">iteration<", ">ms<", ">method<"}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
}

TEST(LineChartTest, ColorsAreDifferentUntilThereAreNoMore) {
  std::set<std::string> colors;
  for (int color = -1; color <= kChartColors; ++color) {
    LineChart chart = Chart({{1, 1}, {2, .1}});
    chart.legend.clear();
    chart.panels[0].lines[0].color = color;
    const std::string svg = ToSvg(chart);
    const std::size_t at = svg.find("stroke=\"", svg.find("<polyline")) + 8;
    EXPECT_EQ(svg[at], '#');
    EXPECT_EQ(colors.insert(svg.substr(at, 7)).second, color < kChartColors) << color;
  }
}

TEST(LineChartTest, AxesHaveTicksAtWholeDecadesAndRoundNumbers) {
  const std::string svg = ToSvg(Chart({{1, 0.5}, {43, 2e-5}}));
  for (const char* tick : {">1e0<", ">1e-1<", ">1e-5<", ">0<", ">10<", ">40<"}) {
    EXPECT_THAT(svg, HasSubstr(tick));
  }
  for (const char* tick : {">1e1<", ">1e-6<", ">50<", ">5<"})
    EXPECT_THAT(svg, Not(HasSubstr(tick)));
  // The ends of the ordinate are those of the frame, 400 pixels high.
  const std::string ends = ToSvg(Chart({{0, 1}, {1, 1e-5}}));
  EXPECT_THAT(ends, HasSubstr("points=\"70.0,50.0 550.0,450.0\""));
  const std::string many = ToSvg(Chart({{1, 1}, {2, 1e-19}}));
  EXPECT_THAT(many, HasSubstr(">1e-19<"));
  EXPECT_THAT(many, HasSubstr(">1e-17<"));
  EXPECT_THAT(many, Not(HasSubstr(">1e-18<")));
}

TEST(LineChartTest, WhatCannotBeShownInterruptsTheLine) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (double bad : {0.0, -1.0, 1e-21, 1e3, infinity, std::nan("")}) {
    const std::string svg = ToSvg(Chart({{1, 1}, {2, .1}, {3, bad}, {4, .01}, {5, .001}}));
    ExpectWellFormed(svg);
    EXPECT_EQ(CountOf("<polyline ", svg), 2) << bad;
    EXPECT_THAT(svg, Not(HasSubstr("nan"))) << bad;
    EXPECT_THAT(svg, Not(HasSubstr("inf"))) << bad;
    EXPECT_THAT(svg, HasSubstr(">1e-3<"));
    EXPECT_THAT(svg, Not(HasSubstr(">1e-4<")));
    EXPECT_EQ(CountOf("<polyline ", ToSvg(Chart({{1, bad}, {2, 1}, {3, bad}}))), 0) << bad;
  }
}

TEST(LineChartTest, NothingToDrawIsAChartToo) {
  for (const LineChart& chart : {LineChart(), Chart({}), Chart({{0, 1}}), Chart({{1, 0}})}) {
    const std::string svg = ToSvg(chart);
    ExpectWellFormed(svg);
    EXPECT_EQ(CountOf("<polyline ", svg), 0);
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
  }
}

TEST(LineChartTest, TextIsEscaped) {
  LineChart chart = Chart({{1, 1}, {2, .1}});
  chart.title = "a < b & \"c\" > d\x01";
  chart.legend[0].label = "</text>";
  const std::string svg = ToSvg(chart);
  ExpectWellFormed(svg);
  EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; &quot;c&quot; &gt; d"));
  EXPECT_THAT(svg, HasSubstr("&lt;/text&gt;"));
}

TEST(LineChart, LinearFromZero) {
  LineChart chart = Chart({{0, 1}, {1, 0.5}, {2, 0}, {3, -1}, {4, 0.25}, {5, 0}});
  chart.ordinate = Ordinate::kLinear;
  const std::string svg = ToSvg(chart);
  ExpectWellFormed(svg);
  // The point below zero interrupts the line.
  EXPECT_EQ(CountOf("<polyline", svg), 2);
  // Zero is at the bottom of the frame, one at its top, and halves between them.
  EXPECT_THAT(svg, HasSubstr(">0.4</text>"));
  EXPECT_THAT(svg, HasSubstr("70.0,50.0 166.0,250.0 262.0,450.0"));
}

// The y coordinates of what is drawn.
std::vector<double> Heights(const std::string& svg) {
  std::vector<double> heights;
  for (const absl::string_view point : absl::StrSplit(
           svg.substr(svg.find("points=\"") + 8,
                      svg.find("\"/>", svg.find("points=\"")) - svg.find("points=\"") - 8),
           ' ')) {
    const std::pair<std::string, std::string> xy = absl::StrSplit(point, ',');
    heights.push_back(std::stod(xy.second));
  }
  return heights;
}

// Whatever the numbers are, ticks are few, lines are within the frame and fill most of it.
TEST(LineChart, ARangeFitsItsNumbers) {
  for (const double low : {-1e30, -3.5, 0.0, 97.2, 1e-9, 123456.0}) {
    for (const double length : {1e-3, 0.07, 1.0, 12.0, 1e4, 1e30}) {
      LineChart chart = Chart({{1, low}, {2, std::min(low + length, 1e30)}});
      chart.ordinate = Ordinate::kRange;
      if (length < 1e-5 * std::abs(low)) continue;
      const std::string svg = ToSvg(chart);
      ExpectWellFormed(svg);
      const std::vector<double> heights = Heights(svg);
      ASSERT_EQ(heights.size(), 2u) << low << " " << length;
      EXPECT_LE(heights[0], 450);
      EXPECT_GE(heights[1], 50);
      EXPECT_GE(heights[0] - heights[1], 400 / 3.0) << low << " " << length;
      EXPECT_LE(CountOf("class=\"grid\"", svg), 2 * 9);
    }
  }
}

TEST(LineChart, ARangeOfOneNumberIsAroundIt) {
  for (const double value : {-2.0, 1e-29, 0.3, 1e29}) {
    LineChart chart = Chart({{1, value}, {2, value}});
    chart.ordinate = Ordinate::kRange;
    const std::string svg = ToSvg(chart);
    ExpectWellFormed(svg);
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    for (const double height : Heights(svg)) {
      EXPECT_GT(height, 50) << value;
      EXPECT_LT(height, 450) << value;
    }
  }
}

// Most numbers that are zero are never less.
TEST(LineChart, ARangeOfZerosIsFromZero) {
  LineChart chart = Chart({{1, 0}, {2, 0}});
  chart.ordinate = Ordinate::kRange;
  EXPECT_EQ(Heights(ToSvg(chart)), std::vector<double>(2, 450));
}

TEST(LineChart, CountsAreWholeNumbers) {
  LineChart chart = Chart({{1, 0.25}});
  chart.counts = true;
  EXPECT_THAT(ToSvg(chart), AllOf(HasSubstr(">0<"), HasSubstr(">1<"), Not(HasSubstr(">0.2<"))));
}

TEST(LineChart, SinglePointsOfCountsAreDots) {
  const double nan = std::nan("");
  LineChart chart = Chart({{1, 5}, {2, nan}, {3, 6}, {4, 7}, {5, 1e31}});
  chart.ordinate = Ordinate::kRange;
  chart.counts = true;
  const std::string svg = ToSvg(chart);
  ExpectWellFormed(svg);
  EXPECT_EQ(CountOf("<circle ", svg), 1);
  EXPECT_EQ(CountOf("<polyline ", svg), 1);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  LineChart decades = Chart({{1, 1e-3}});
  EXPECT_FALSE(absl::StrContains(ToSvg(decades), "<circle "));
  decades.counts = true;
  EXPECT_TRUE(absl::StrContains(ToSvg(decades), "<circle "));
  EXPECT_EQ(ToSvg(chart), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + SvgElement(chart));
}

// A band is drawn where both of its ends can be, and the axis has room for it.
TEST(LineChart, BandsAreInterruptedWhereAnEndCannotBeShown) {
  const double nan = std::nan("");
  LineChart chart = Chart({{1, 5}, {2, 6}});
  chart.ordinate = Ordinate::kRange;
  chart.panels[0].bands.push_back(
      {3,
       {{1, 4, 6}, {2, -20, 30}, {3, nan, 2}, {4, 1, nan}, {5, 1, 2}, {6, 1, 2}, {7, nan, nan}}});
  const std::string svg = ToSvg(chart);
  ExpectWellFormed(svg);
  EXPECT_EQ(CountOf("<polygon class=\"band line-3\"", svg), 2);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, AllOf(HasSubstr(">-20<"), HasSubstr(">30<")));
}

TEST(LineChart, KnowsWhetherItShowsAnything) {
  for (const Ordinate ordinate : {Ordinate::kDecades, Ordinate::kLinear, Ordinate::kRange}) {
    LineChart chart = Chart({{1, std::nan("")}, {2, 1e40}});
    chart.ordinate = ordinate;
    EXPECT_FALSE(ShowsAnything(chart));
    chart.panels[0].lines[0].points.emplace_back(3, 1);
    EXPECT_TRUE(ShowsAnything(chart));
  }
}

}  // namespace
}  // namespace mondeq
