// Changes of an image that move its pixels or hide them, as numbers: small enough to be drawn on
// the host and applied wherever the image is.
#ifndef MONDEQ_DATA_PIXEL_MAP_H_
#define MONDEQ_DATA_PIXEL_MAP_H_

#include <algorithm>
#include <cstdint>

#include "mondeq/core/features.h"
#include "mondeq/device/launch.h"

namespace mondeq {

// What happens to the rows of an image, or to its columns.
struct AxisMap {
  static AxisMap Keep(Index size) { return {1, 0, 0, static_cast<std::int32_t>(size)}; }
  // Reverses the order of the places.
  static AxisMap Mirror(Index size) {
    const auto n = static_cast<std::int32_t>(size);
    return {-1, n - 1, 0, n};
  }
  // Place i comes from i + offset, |offset| <= size.
  static AxisMap Shift(Index size, Index offset) {
    const auto n = static_cast<std::int32_t>(size), by = static_cast<std::int32_t>(offset);
    return {1, by, std::max(0, -by), n - std::max(0, by)};
  }

  // Returns the place that place i comes from, or -1 if it comes from nowhere and is black.
  MONDEQ_HOST_DEVICE std::int32_t Source(std::int32_t i) const {
    return begin <= i && i < end ? sign * i + offset : -1;
  }

  std::int32_t sign, offset;  // place i comes from sign i + offset, which is inside the image,
  std::int32_t begin, end;    // for begin <= i < end
};

struct PixelMap {
  static PixelMap Keep(const Features& features) {
    return {AxisMap::Keep(features.rows), AxisMap::Keep(features.columns)};
  }

  AxisMap rows, columns;
};

// Returns the map that does what `first` does and then what `second` does, both to images of the
// same size.
inline AxisMap Then(const AxisMap& first, const AxisMap& second) {
  // begin <= sign i + offset < end, solved for i.
  const std::int32_t sign = second.sign, offset = second.offset;
  const std::int32_t begin = sign > 0 ? first.begin - offset : offset - first.end + 1;
  const std::int32_t end = sign > 0 ? first.end - offset : offset - first.begin + 1;
  AxisMap both;
  both.sign = first.sign * sign;
  both.offset = first.sign * offset + first.offset;
  both.begin = std::clamp(begin, second.begin, second.end);
  both.end = std::clamp(end, both.begin, second.end);
  return both;
}
inline PixelMap Then(const PixelMap& first, const PixelMap& second) {
  return {Then(first.rows, second.rows), Then(first.columns, second.columns)};
}

}  // namespace mondeq

#endif  // MONDEQ_DATA_PIXEL_MAP_H_
