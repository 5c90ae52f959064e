// One of the parts into which several share out what one could make alone: rows of an array, in
// runs that differ by one row at most.
#ifndef MONDEQ_DEVICE_PART_H_
#define MONDEQ_DEVICE_PART_H_

#include "mondeq/core/features.h"

namespace mondeq {

struct Part {
  Index index = 0, count = 1;

  static Part All() { return {}; }
  Index Begin(Index rows) const { return rows * index / count; }
  Index End(Index rows) const { return rows * (index + 1) / count; }
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_PART_H_
