// The first step of an iteration that starts from r = 0, where M r + c is c itself: it is at hand
// in fast memory before c is written anywhere.
#ifndef MONDEQ_OPERATORS_TAKE_BIAS_H_
#define MONDEQ_OPERATORS_TAKE_BIAS_H_

#include <algorithm>

#include "mondeq/device/device.h"

namespace mondeq {

// Runs a map on blocks of M 0 = 0, given blocks of c, which it stores.
class TakeBias final : public BlockMap {
 public:
  TakeBias(const BlockMap& map, const Tensor& c) : map_(map), c_(c) {}

  void operator()(const Block& block) const override {
    DispatchFloat(c_.dtype(), [&](auto zero) {
      using T = decltype(zero);
      T* v = static_cast<T*>(block.v);
      for (Index i = 0; i < block.rows; ++i, v += block.stride) {
        std::copy_n(v, block.lanes, c_.data<T>() + block.row(i) * c_.columns() + block.first_lane);
        std::fill_n(v, block.lanes, T{0});
      }
    });
    map_(block);
  }

 private:
  const BlockMap& map_;
  const Tensor& c_;
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_TAKE_BIAS_H_
