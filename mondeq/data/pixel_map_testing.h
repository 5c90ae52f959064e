// Changes images by maps pixel by pixel, as a reference for what is faster.
#ifndef MONDEQ_DATA_PIXEL_MAP_TESTING_H_
#define MONDEQ_DATA_PIXEL_MAP_TESTING_H_

#include <cstdint>
#include <vector>

#include "mondeq/data/pixel_map.h"

namespace mondeq {

using Image = std::vector<std::uint8_t>;

inline Image Change(const PixelMap& map, const Image& image, const Features& features) {
  Image changed;
  for (std::int32_t row = 0; row < features.rows; ++row) {
    for (std::int32_t column = 0; column < features.columns; ++column) {
      const Index r = map.rows.Source(row), c = map.columns.Source(column);
      const Index source = (r * features.columns + c) * features.channels;
      for (Index channel = 0; channel < features.channels; ++channel) {
        changed.push_back(r < 0 || c < 0 ? 0
                                         : image.at(static_cast<std::size_t>(source + channel)));
      }
    }
  }
  return changed;
}

}  // namespace mondeq

#endif  // MONDEQ_DATA_PIXEL_MAP_TESTING_H_
