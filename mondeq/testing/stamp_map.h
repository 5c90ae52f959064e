// Maps on blocks for tests. They run wherever the blocks are, on the host or on a GPU.
#ifndef MONDEQ_TESTING_STAMP_MAP_H_
#define MONDEQ_TESTING_STAMP_MAP_H_

#include "mondeq/device/device.h"

namespace mondeq {

// v <- factor v + x at every place of a state x, and 1 is added to the visits of the place; x and
// visits are [dim, batch].
class StampMap final : public BlockMap {
 public:
  StampMap(double factor, const Tensor& x, const Tensor& visits)
      : factor_(factor), x_(x), visits_(visits) {}
  void operator()(const Block& block) const override;

 private:
  double factor_;
  Tensor x_, visits_;
};

// Copies v to x, [dim, batch].
class RecordMap final : public BlockMap {
 public:
  explicit RecordMap(const Tensor& x) : x_(x) {}
  void operator()(const Block& block) const override;

 private:
  Tensor x_;
};

// Sets x to x^2, element by element, by ForEach.
void Square(Device& device, const Tensor& x);

}  // namespace mondeq

#endif  // MONDEQ_TESTING_STAMP_MAP_H_
