// Neighbouring lanes of a row, which loops take some of at a time.
#ifndef MONDEQ_NONLINEARITIES_LANES_H_
#define MONDEQ_NONLINEARITIES_LANES_H_

#include <type_traits>

#include "mondeq/device/tensor.h"

namespace mondeq {

// As many as are taken at once.
constexpr Index kMostLanes = 32;

// An upper bound of a count, which is an Index or a compile-time constant.
template <class Count>
constexpr Index LanesOf() {
  if constexpr (std::is_same_v<Count, Index>) {
    return kMostLanes;
  } else {
    return Count::value;
  }
}

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_LANES_H_
