// The shape of one sample at one place of a network: an image of rows x columns pixels with
// channels values each, or a plain vector (rows = columns = 1). In memory the order is row, column,
// channel, with the samples of a batch innermost: a state is a [dim, batch] tensor.
#ifndef MONDEQ_CORE_FEATURES_H_
#define MONDEQ_CORE_FEATURES_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace mondeq {

using Index = std::int64_t;

// a / b, rounded up.
inline Index CeilDiv(Index a, Index b) { return (a + b - 1) / b; }

struct Features {
  Index rows = 1;
  Index columns = 1;
  Index channels = 0;

  static Features Flat(Index dim) { return {1, 1, dim}; }

  Index dim() const { return rows * columns * channels; }
  bool is_image() const { return rows * columns > 1; }

  // "784", or "32x32x3" (rows x columns x channels).
  std::string ToString() const {
    return is_image() ? absl::StrCat(rows, "x", columns, "x", channels) : absl::StrCat(channels);
  }
};

inline bool operator==(const Features& a, const Features& b) {
  return a.rows == b.rows && a.columns == b.columns && a.channels == b.channels;
}
inline bool operator!=(const Features& a, const Features& b) { return !(a == b); }

}  // namespace mondeq

#endif  // MONDEQ_CORE_FEATURES_H_
