// Iterations whose r is kept as spectra. They begin with the spectra of c: at the first Place,
// where r = 0 and M r + c is c itself, c is at hand in fast memory before it is written anywhere.
#ifndef MONDEQ_OPERATORS_SPECTRAL_ITERATION_H_
#define MONDEQ_OPERATORS_SPECTRAL_ITERATION_H_

#include "mondeq/device/for_each.h"
#include "mondeq/device/scratch.h"
#include "mondeq/device/slab_transform.h"
#include "mondeq/operators/iteration.h"
#include "mondeq/operators/multiplier.h"

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
      if (block.slab != nullptr) {
        SlabTransform slab = *block.slab;
        slab.bias = c_.data<T>() + block.first_row * batch;
        Block with_bias = block;
        with_bias.slab = &slab;
        return map_(with_bias);
      }
      ForEachRow(block, MoveBlock<T>{static_cast<T*>(block.v), block.stride, block.row_step * batch,
                                     c_.data<T>() + block.first_row * batch + block.first_lane});
      map_(block);
    });
  }
  bool runs_on_slabs() const override { return map_.runs_on_slabs(); }
  States states() const override { return map_.states(); }

 private:
  const BlockMap& map_;
  const Tensor& c_;
};

// What such iterations have in common.
class SpectralIteration : public Iteration {
 public:
  SpectralIteration(Device* device, DType dtype) : device_(*device), dtype_(dtype) {}

  void Begin(Direction direction, const Multiplier& multiplier, const Tensor& b) {
    direction_ = direction;
    multiplier_ = multiplier;
    c_.Get(device_, dtype_, b.shape());
    MakeSpectraOfBias(b);
    holds_bias_ = true;
  }

  const Tensor& c() const final { return c_.get(); }
  void Place(const BlockMap& map) final {
    if (holds_bias_) {
      Map(TakeBias(map, c_.get()));
    } else {
      Clear();
      Map(map);
    }
    holds_bias_ = false;
  }

 protected:
  Device& device() { return device_; }
  DType dtype() const { return dtype_; }
  Direction direction() const { return direction_; }
  const Multiplier& multiplier() const { return multiplier_; }

 private:
  // Makes r the spectra of c for the bias b.
  virtual void MakeSpectraOfBias(const Tensor& b) = 0;
  // r = 0.
  virtual void Clear() = 0;
  // r = the spectra of what the map leaves of the state whose spectra are r.
  virtual void Map(const BlockMap& map) = 0;

  Device& device_;
  DType dtype_;
  Direction direction_ = Direction::kForward;
  Multiplier multiplier_;
  // Whether r is the spectra of c, which has not been written anywhere else.
  bool holds_bias_ = false;
  Scratch c_;
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_SPECTRAL_ITERATION_H_
