// What becomes of a sample's element by normalisation (Normalization in dataset.h), as functors of
// which Channel(c) gives one for every channel: the same bits on every device.
#ifndef MONDEQ_DATA_NORMALIZE_H_
#define MONDEQ_DATA_NORMALIZE_H_

#include <cstdint>

#include "mondeq/core/features.h"
#include "mondeq/device/launch.h"

namespace mondeq {

constexpr int kByteValues = 256;

template <class T>
struct NormalizePixels {
  using Element = std::uint8_t;
  struct OfChannel {
    const T* table;
    MONDEQ_HOST_DEVICE T operator()(std::uint8_t pixel) const { return table[pixel]; }
  };
  MONDEQ_HOST_DEVICE OfChannel Channel(Index c) const { return {table + c * kByteValues}; }

  const T* table;  // [channels][kByteValues]
};

// A quotient of a difference: nothing that a compiler could fuse.
template <class T>
struct NormalizeValues {
  using Element = float;
  struct OfChannel {
    double mean, stddev;
    MONDEQ_HOST_DEVICE T operator()(float value) const {
      return static_cast<T>((static_cast<double>(value) - mean) / stddev);
    }
  };
  MONDEQ_HOST_DEVICE OfChannel Channel(Index c) const {
    return {mean_stddev[2 * c], mean_stddev[2 * c + 1]};
  }

  const double* mean_stddev;  // [channels][2]
};

}  // namespace mondeq

#endif  // MONDEQ_DATA_NORMALIZE_H_
