// The first step of an iteration that starts from r = 0. There M r + c is c itself, which is at
// hand in fast memory before it is written anywhere.
#ifndef MONDEQ_OPERATORS_TAKE_BIAS_H_
#define MONDEQ_OPERATORS_TAKE_BIAS_H_

#include "mondeq/device/for_each.h"

namespace mondeq {

// Moves a block's values to c and leaves zeros.
template <class T>
struct MoveBlock {
  T* v;
  Index stride, step;  // from row to row of the block, and of c
  T* c;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    for (Index l = begin; l < end; ++l) {
      c[row * step + l] = v[row * stride + l];
      v[row * stride + l] = T{0};
    }
  }
};

// Takes blocks of c: stores them, and runs a map on the zeros that M r is where r = 0.
class TakeBias final : public BlockMap {
 public:
  TakeBias(const BlockMap& map, const Tensor& c) : map_(map), c_(c) {}

  void operator()(const Block& block) const override {
    DispatchFloat(c_.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Index batch = c_.columns();
      ForEachRow(block, MoveBlock<T>{static_cast<T*>(block.v), block.stride, block.row_step * batch,
                                     c_.data<T>() + block.first_row * batch + block.first_lane});
    });
    map_(block);
  }
  States states() const override { return map_.states(); }

 private:
  const BlockMap& map_;
  const Tensor& c_;
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_TAKE_BIAS_H_
