// Where the CPU keeps the numbers of a spectrum: [frequency][points], a point being kGroup real and
// kGroup imaginary parts (kernels.h).
//
// With more than one sample a point holds one channel of up to 2 kGroup samples: the first kGroup
// are real parts, the others imaginary parts of one complex signal. Kernels are real, so a matrix
// acts on both at once, all frequencies are needed and none is redundant. A frequency has
// [channel][group of samples].
//
// The samples may be in shares, as many in each: the spectrum is that of the first, then that of
// the next, and so on. Threads that keep to their share pass no spectra to each other.
//
// With one sample a point holds kGroup channels as real parts; the imaginary parts of the signal
// are zero.
#ifndef MONDEQ_DEVICE_CPU_TORUS_SPECTRUM_LAYOUT_H_
#define MONDEQ_DEVICE_CPU_TORUS_SPECTRUM_LAYOUT_H_

#include <algorithm>

#include "mondeq/core/features.h"
#include "mondeq/device/cpu/kernels/kernels.h"

namespace mondeq {

// One slab: the same point of all frequencies of a share, and the lanes of the state that it holds.
struct SlabPlace {
  Index share, point;
  // Row of the state at the origin, and lanes from first_lane on. With one sample, lanes are rows.
  Index row, first_lane, lanes;
  Index slot;
};

struct SpectrumLayout {
  // More shares would only read the matrices more often: with so many, each has the cores of a
  // cache to itself.
  static constexpr Index kMostShares = 4;

  // The layout that suits `workers` threads.
  static SpectrumLayout For(Index channels, Index batch, Index workers) {
    const Index groups = CeilDiv(batch, kPoint);
    // Products of less than two groups are slow.
    Index shares = std::min({workers, kMostShares, groups / 2});
    while (shares > 1 && groups % shares != 0) --shares;
    return {channels, batch, std::max<Index>(shares, 1)};
  }

  Index channels, batch, shares;

  bool lanes_are_channels() const { return batch == 1; }
  // Groups of samples, and points of a frequency, of one share.
  Index groups() const { return lanes_are_channels() ? 1 : CeilDiv(batch, kPoint) / shares; }
  Index points() const {
    return lanes_are_channels() ? CeilDiv(channels, kGroup) : channels * groups();
  }
  // Elements of one frequency of a share.
  Index stride() const { return points() * kPoint; }

  // The place of slab i, 0 <= i < shares * points(): neighbours are channels of the same samples.
  SlabPlace Place(Index i) const {
    if (lanes_are_channels()) {
      const Index first = i * kGroup;
      return {0, i, first, 0, std::min(kGroup, channels - first), first};
    }
    const Index channel = i % channels, group = i / channels, first = group * kPoint;
    return {group / groups(),
            channel * groups() + group % groups(),
            channel,
            first,
            std::min(kPoint, batch - first),
            channel};
  }
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_TORUS_SPECTRUM_LAYOUT_H_
