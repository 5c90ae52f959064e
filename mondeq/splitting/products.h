// The products of states that an acceleration (acceleration.h) needs of an iteration.
#ifndef MONDEQ_SPLITTING_PRODUCTS_H_
#define MONDEQ_SPLITTING_PRODUCTS_H_

#include "mondeq/device/launch.h"
#include "mondeq/splitting/acceleration.h"

namespace mondeq {

// Their indices. A is Y or S, whichever the secants are, "new" the newest column, and j = 0 ..
// memory - 1 the place of a column in memory.
struct Products {
  explicit Products(const Acceleration& acceleration)
      : memory(acceleration.memory), crossed(acceleration.secants == Acceleration::kStates) {}

  // ||f||^2, and the squares of the new columns of G and S
  static constexpr int kResidual = 0, kImage = 1, kState = 2;
  // A_j'A_new and A_j'f
  MONDEQ_HOST_DEVICE int Secants(int j) const { return 3 + j; }
  MONDEQ_HOST_DEVICE int Residual(int j) const { return 3 + memory + j; }
  // A_j'G_new and A_new'G_j, where they are crossed
  MONDEQ_HOST_DEVICE int Image(int j) const { return 3 + 2 * memory + j; }
  MONDEQ_HOST_DEVICE int State(int j) const { return 3 + 3 * memory + j; }
  MONDEQ_HOST_DEVICE int count() const { return 3 + (crossed ? 4 : 2) * memory; }

  int memory;
  bool crossed;
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_PRODUCTS_H_
