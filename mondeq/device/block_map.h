// Maps on a state, block by block: the pointwise step of an iteration runs on parts of a product
// or of an inverse transform while they are still where these were made.
//
// A block is a rectangle of a [dim, batch] state: `rows` features of `lanes` samples. A product on
// a CPU leaves a panel of some samples (row_step = 1); an inverse transform a row of pixels of one
// channel, whose features are `channels` apart in the state (row_step = channels):
//
//      the state [dim, batch]                        the block in memory
//
//              first_lane                          v
//      +-------|-----------------+                 +-- lanes --+
//      |                         |
//      |       # # # # # #       -- first_row      # # # # # # . .   i = 0
//      |                         |
//      |       # # # # # #       | \               # # # # # # . .   i = 1
//      |                         |  row_step
//      |       # # # # # #       | /               # # # # # # . .   i = rows - 1
//      |                         |
//      +-------------------------+                 +--- stride --+
//
// Value (i, l) is v[i * stride + l]. It stands for element (first_row + i * row_step, first_lane +
// l) of the state, which is number (first_row + i * row_step) * batch + first_lane + l in memory.
// With one sample (batch = 1, first_lane = 0) lanes are features that follow each other: the same
// number, then, is feature first_row + i * row_step + l.
//
// Sums over the features of each sample, as the stopping test needs them, are made without locks:
// blocks that may be worked on at the same time and share a sample have different slots. Value (i,
// l) adds to place (slot + i mod slots) * batch + first_lane + l of an array [slots of the whole
// map, batch]; Device::Slots and Torus::Slots say how many slots that is.
//
// Who calls a map: Map and MultiplyThenMap of a Device or Torus. The CPU calls it for each block,
// from several threads at once, on disjoint blocks that together are the state; it is done when the
// call returns. A device with memory of its own calls it once, from the caller's thread, with the
// whole state as one block and a stream, and the map queues its work there. for_each.h has a loop
// over a block that serves both.
#ifndef MONDEQ_DEVICE_BLOCK_MAP_H_
#define MONDEQ_DEVICE_BLOCK_MAP_H_

#include <array>

#include "mondeq/device/tensor.h"

namespace mondeq {

struct SlabTransform;  // slab_transform.h
struct Stream;         // launch.h

struct Block {
  // The first value, of the state's type.
  void* v = nullptr;
  Index rows = 0;
  Index lanes = 0;
  Index stride = 0;
  // The place in the state.
  Index first_row = 0;
  Index row_step = 1;
  Index first_lane = 0;
  // The slots of its sums: one, `slot`, on the CPU; all of the map's, from `slot` on, where the map
  // queues its work.
  Index slot = 0;
  Index slots = 1;
  // Where work on v is to be queued; null if v is the caller's own memory.
  const Stream* stream = nullptr;
  // Unless null, what lies there are spectra, and the map runs between an inverse and a forward
  // transform of slabs of them; `v` is null.
  const SlabTransform* slab = nullptr;
};

class BlockMap {
 public:
  // Tensors [dim, batch], like the state; some may be empty.
  using States = std::array<Tensor, 4>;

  virtual ~BlockMap() = default;

  // Changes the block's values in place. It must be safe to call from several threads.
  virtual void operator()(const Block& block) const = 0;

  // Whether it takes blocks with a slab.
  virtual bool runs_on_slabs() const { return false; }

  // The states that it reads or writes at the elements that a block stands for, so that a device
  // can fetch them ahead of the map.
  virtual States states() const { return {}; }
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_BLOCK_MAP_H_
