// A running iteration r <- map(M r) of an operator: what every splitting method consists of. M is a
// multiplier (multiplier.h), and the map is run on every block (block_map.h) of M r while it is in
// fast memory; what the map leaves there is the next r.
#ifndef MONDEQ_OPERATORS_ITERATION_H_
#define MONDEQ_OPERATORS_ITERATION_H_

#include <vector>

#include "mondeq/device/device.h"

namespace mondeq {

// Which inclusion is solved: the forward one, with W, or its adjoint, with W'.
enum class Direction { kForward, kAdjoint };

// How a matrix that is made of W is applied in a direction.
inline Transpose TransposeFor(Direction direction) {
  return direction == Direction::kForward ? Transpose::kNo : Transpose::kYes;
}

class Iteration {
 public:
  virtual ~Iteration() = default;

  // c of v = M r + c, which carries the bias along (multiplier.h), [dim, batch]. The first Place
  // may write it, each value before the map sees the value's place: it is undefined before, and
  // constant from then on.
  virtual const Tensor& c() const = 0;

  // Runs the map on the zeros of M 0; what it leaves there is r. Every iteration begins with a
  // Place, from zero or from a guess; a later one replaces r by a state that came from elsewhere.
  virtual void Place(const BlockMap& map) = 0;
  // r = map(M r). A Place must have come before.
  virtual void Step(const BlockMap& map) = 0;

  // Blocks sum into slots (block_map.h). The slots of tier i of the state end before
  // slot_ends()[i], where those of tier i + 1 begin.
  virtual const std::vector<Index>& slot_ends() const = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_ITERATION_H_
