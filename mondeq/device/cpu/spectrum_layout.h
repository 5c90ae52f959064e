// Where the CPU keeps the numbers of a spectrum: [frequency][points], a point being kGroup real and
// kGroup imaginary parts (kernels.h).
//
// With more than one sample a point holds one channel of up to 2 kGroup samples: the first kGroup
// are real parts, the others imaginary parts of one complex signal. Kernels are real, so a matrix
// acts on both at once, all frequencies are needed and none is redundant. A frequency has
// [channel][group of samples].
//
// With one sample a point holds kGroup channels as real parts; the imaginary parts of the signal
// are zero.
#ifndef MONDEQ_DEVICE_CPU_SPECTRUM_LAYOUT_H_
#define MONDEQ_DEVICE_CPU_SPECTRUM_LAYOUT_H_

#include <algorithm>

#include "mondeq/core/features.h"
#include "mondeq/device/cpu/kernels/kernels.h"

namespace mondeq {

// One slab: the same point of all frequencies, and the lanes of the state that it holds.
struct SlabPlace {
  Index point;
  // Row of the state at the origin, and lanes from first_lane on. With one sample, lanes are rows.
  Index row, first_lane, lanes;
  Index slot;
};

struct SpectrumLayout {
  Index channels, batch;

  bool lanes_are_channels() const { return batch == 1; }
  Index groups() const { return lanes_are_channels() ? 1 : CeilDiv(batch, kPoint); }
  Index points() const {
    return lanes_are_channels() ? CeilDiv(channels, kGroup) : channels * groups();
  }
  // Elements of one frequency.
  Index stride() const { return points() * kPoint; }

  // Of slab i, 0 <= i < points(): neighbours are channels of the same samples.
  SlabPlace Place(Index i) const {
    if (lanes_are_channels()) {
      const Index first = i * kGroup;
      return {i, first, 0, std::min(kGroup, channels - first), first};
    }
    const Index channel = i % channels, group = i / channels, first = group * kPoint;
    return {channel * groups() + group, channel, first, std::min(kPoint, batch - first), channel};
  }
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_SPECTRUM_LAYOUT_H_
