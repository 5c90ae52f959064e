#include "mondeq/data/strokes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace mondeq {
namespace {

struct Point {
  double x, y;
};

Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(double s, Point a) { return {s * a.x, s * a.y}; }
double Dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }

// The points a stroke goes through, in a box of 100 x 100 with y downwards; between them it is a
// smooth curve (Catmull-Rom) or straight.
struct Stroke {
  bool smooth;
  std::vector<Point> points;
};
using Glyph = std::vector<Stroke>;

Stroke Curve(std::vector<Point> points) { return {true, std::move(points)}; }
Stroke Lines(std::vector<Point> points) { return {false, std::move(points)}; }

// [digit][way of writing it]
const std::vector<std::vector<Glyph>>& Font() {
  // clang-format off
  static const auto* font = new std::vector<std::vector<Glyph>>{
      {  // 0
          {Curve({{50, 5}, {24, 22}, {18, 50}, {24, 78}, {50, 95}, {76, 78}, {82, 50}, {76, 22}, {50, 5}})},
          {Curve({{62, 8}, {34, 18}, {22, 52}, {34, 88}, {60, 88}, {76, 52}, {66, 16}, {40, 10}})},
      },
      {  // 1: plain; with a flag; with a flag and a base
          {Lines({{50, 5}, {50, 95}})},
          {Lines({{30, 25}, {54, 5}, {54, 95}})},
          {Lines({{32, 24}, {52, 5}, {52, 95}}), Lines({{30, 95}, {74, 95}})},
      },
      {  // 2: with a flat base; with a loop
          {Curve({{20, 28}, {32, 9}, {55, 5}, {75, 18}, {73, 40}, {50, 64}, {20, 95}}), Lines({{20, 95}, {82, 95}})},
          {Curve({{22, 20}, {50, 5}, {76, 22}, {66, 50}, {36, 82}, {18, 88}, {24, 72}, {48, 82}, {84, 92}})},
      },
      {  // 3: round; with a flat top
          {Curve({{22, 15}, {48, 5}, {74, 18}, {70, 38}, {44, 47}}), Curve({{44, 47}, {76, 56}, {80, 78}, {52, 95}, {20, 84}})},
          {Lines({{22, 6}, {76, 6}, {46, 40}}), Curve({{46, 40}, {74, 52}, {78, 78}, {52, 95}, {20, 84}})},
      },
      {  // 4: open; closed
          {Lines({{30, 6}, {20, 58}, {82, 58}}), Lines({{64, 30}, {62, 95}})},
          {Lines({{64, 95}, {64, 5}, {16, 66}, {86, 66}})},
      },
      {  // 5: with corners; in one sweep
          {Lines({{76, 6}, {30, 6}, {25, 44}}), Curve({{25, 44}, {50, 36}, {77, 52}, {76, 80}, {48, 95}, {20, 84}})},
          {Curve({{78, 8}, {42, 9}, {26, 34}, {52, 44}, {76, 62}, {66, 88}, {22, 92}})},
      },
      {  // 6
          {Curve({{70, 8}, {38, 26}, {22, 60}, {34, 90}, {62, 94}, {78, 74}, {62, 54}, {38, 58}, {24, 72}})},
          {Curve({{54, 4}, {32, 36}, {23, 70}, {46, 95}, {74, 74}, {52, 54}, {26, 66}})},
      },
      {  // 7: plain; crossed; with a serif
          {Lines({{18, 7}, {80, 7}, {42, 95}})},
          {Lines({{20, 8}, {78, 8}, {44, 95}}), Lines({{36, 50}, {74, 48}})},
          {Lines({{20, 20}, {20, 8}, {80, 8}}), Curve({{80, 8}, {58, 40}, {48, 66}, {45, 95}})},
      },
      {  // 8: from the middle; from the top
          {Curve({{50, 49}, {27, 28}, {50, 5}, {73, 28}, {50, 49}, {23, 73}, {50, 95}, {77, 73}, {50, 49}})},
          {Curve({{72, 14}, {44, 6}, {30, 26}, {56, 50}, {76, 74}, {50, 95}, {26, 76}, {48, 48}, {70, 26}, {68, 10}})},
      },
      {  // 9: bent; upright
          {Curve({{74, 30}, {50, 48}, {26, 30}, {48, 6}, {74, 26}, {72, 60}, {54, 95}})},
          {Curve({{72, 28}, {48, 48}, {27, 28}, {48, 7}, {72, 20}}), Lines({{73, 8}, {72, 95}})},
      },
  };
  // clang-format on
  return *font;
}

// Uniform in [low, high).
double Between(Random* random, double low, double high) {
  return low + (high - low) * random->Uniform();
}

// In [-1, 1) around 0, of standard deviation 0.41: the sum of two uniforms, less its mean.
double Bell(Random* random) { return random->Uniform() + random->Uniform() - 1; }

// x -> (a b; c d) x + shift, from the font's box (its middle at the origin) to pixels.
struct Affine {
  double a, b, c, d;
  Point shift;

  Point operator()(Point p) const { return Point{a * p.x + b * p.y, c * p.x + d * p.y} + shift; }
};

Affine RandomAffine(const DigitStyle& style, Random* random) {
  const double amount = style.distortion;
  // The angle is given by the tangent t of its half, which makes rational functions of its cosine
  // and sine: cos = (1 - t^2) / (1 + t^2), sin = 2t / (1 + t^2).
  const double t = 0.22 * amount * Bell(random);
  const double cosine = (1 - t * t) / (1 + t * t), sine = 2 * t / (1 + t * t);
  const double shear = 0.35 * amount * Bell(random);
  const double height = style.size * 0.68 / 100 * (1 + 0.30 * amount * Bell(random));
  const double width = height * (0.85 + 0.25 * amount * Bell(random));
  const double reach = 0.14 * amount * style.size;
  const Point shift{0.5 * style.size + reach * Bell(random),
                    0.5 * style.size + reach * Bell(random)};
  // Points are scaled, then sheared, then turned.
  return {cosine * width, cosine * shear * height - sine * height, sine * width,
          sine * shear * height + cosine * height, shift};
}

// The stroke as a chain of points.
std::vector<Point> Trace(const Stroke& stroke) {
  constexpr int kSteps = 6;
  if (!stroke.smooth) return stroke.points;
  const std::vector<Point>& p = stroke.points;
  std::vector<Point> chain = {p.front()};
  for (std::size_t i = 0; i + 1 < p.size(); ++i) {
    const Point before = i == 0 ? p[0] : p[i - 1], after = i + 2 < p.size() ? p[i + 2] : p[i + 1];
    const Point from = 0.5 * (p[i + 1] - before), to = 0.5 * (after - p[i]);
    for (int step = 1; step <= kSteps; ++step) {
      const double t = static_cast<double>(step) / kSteps, rest = 1 - t;
      // This is Hermite's form of the curve.
      chain.push_back((rest * rest * (1 + 2 * t)) * p[i] + (t * rest * rest) * from +
                      (t * t * (3 - 2 * t)) * p[i + 1] + (-t * t * rest) * to);
    }
  }
  return chain;
}

// The ink on a square of pixels: 0 is none, 1 is all that a pixel takes.
class Canvas {
 public:
  explicit Canvas(int size) : size_(size), ink_(static_cast<std::size_t>(size) * size, 0.0) {}

  // Draws a line of that width and darkness through all points; its edge is one pixel wide.
  void Draw(const std::vector<Point>& chain, double width, double darkness) {
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
      DrawSegment(chain[i], chain[i + 1], 0.5 * width, darkness);
    }
  }

  const std::vector<double>& ink() const { return ink_; }

 private:
  void DrawSegment(Point a, Point b, double radius, double darkness) {
    const double reach = radius + 0.5;
    const Point along = b - a;
    const double length2 = std::max(Dot(along, along), 1e-12);
    for (int y = First(std::min(a.y, b.y) - reach); y < End(std::max(a.y, b.y) + reach); ++y) {
      for (int x = First(std::min(a.x, b.x) - reach); x < End(std::max(a.x, b.x) + reach); ++x) {
        const Point center{x + 0.5, y + 0.5};
        const double t = std::min(std::max(Dot(center - a, along) / length2, 0.0), 1.0);
        const Point off = center - (a + t * along);
        const double cover = std::min(std::max(reach - std::sqrt(Dot(off, off)), 0.0), 1.0);
        double& ink = ink_[static_cast<std::size_t>(y) * size_ + x];
        ink = std::max(ink, darkness * cover);
      }
    }
  }

  // The pixels first .. end - 1 whose centres may lie beyond or before `edge`.
  int First(double edge) const { return static_cast<int>(std::max(edge - 0.5, 0.0)); }
  int End(double edge) const {
    return static_cast<int>(std::max(0.0, std::min(edge + 0.5, static_cast<double>(size_))));
  }

  int size_;
  std::vector<double> ink_;
};

void DrawClutter(const DigitStyle& style, Random* random, Canvas* canvas) {
  // Each of `most` strokes is drawn with probability 1/2, so that their mean number is `clutter`.
  const int most = static_cast<int>(2 * style.clutter + 0.5);
  for (int i = 0; i < most; ++i) {
    if (random->Uniform() < 0.5) continue;
    const Point from{Between(random, 0, style.size), Between(random, 0, style.size)};
    const double length = 0.22 * style.size;
    const Point by{length * Bell(random), length * Bell(random)};
    // The numbers are drawn one after the other, as compilers differ in the order in which they
    // evaluate a call's arguments.
    const double width = Between(random, 0.03, 0.08) * style.size;
    const double darkness = Between(random, 0.4, 0.9);
    canvas->Draw({from, from + by}, width, darkness);
  }
}

}  // namespace

void DrawDigit(int digit, const DigitStyle& style, Random* random, std::uint8_t* pixels) {
  const std::vector<Glyph>& ways = Font()[static_cast<std::size_t>(digit)];
  const Glyph& glyph = ways[random->Below(ways.size())];
  const Affine affine = RandomAffine(style, random);
  const double width = style.size * (0.085 + 0.05 * style.distortion * Bell(random));
  const double darkness = 1 - 0.35 * style.distortion * random->Uniform();

  Canvas canvas(style.size);
  for (Stroke stroke : glyph) {
    for (Point& p : stroke.points) {
      const Point bend{6 * style.distortion * Bell(random), 6 * style.distortion * Bell(random)};
      p = affine(p + bend - Point{50, 50});
    }
    canvas.Draw(Trace(stroke), std::max(width, 1.0), darkness);
  }
  DrawClutter(style, random, &canvas);

  for (const double ink : canvas.ink()) {
    // A sum of four uniforms is close to normal; its standard deviation is 1 / sqrt(3).
    const double bell = Bell(random) + Bell(random);
    const double value = ink + 1.7320508 * style.noise * bell;
    *pixels++ = static_cast<std::uint8_t>(255 * std::min(std::max(value, 0.0), 1.0) + 0.5);
  }
}

}  // namespace mondeq
