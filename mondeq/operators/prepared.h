// The matrices of the multipliers in use, made once per weights and shared by all solves, batches
// and directions.
#ifndef MONDEQ_OPERATORS_PREPARED_H_
#define MONDEQ_OPERATORS_PREPARED_H_

#include <deque>

#include "mondeq/device/scratch.h"
#include "mondeq/operators/monotone_operator.h"

namespace mondeq {

class PreparedMatrices {
 public:
  // To be called when the weights have changed. The memory is kept, also that which a search over
  // many multipliers used.
  void Clear() { count_ = 0; }

  // Returns the matrix that make(matrix) wrote when this multiplier was first asked for after the
  // last Clear.
  template <class F>
  const Tensor& Get(const Multiplier& multiplier, Device& device, DType dtype, Shape shape,
                    F&& make) {
    for (std::size_t i = 0; i < count_; ++i) {
      if (entries_[i].multiplier == multiplier) return entries_[i].matrix.get();
    }
    if (count_ == entries_.size()) entries_.emplace_back();
    Entry& entry = entries_[count_++];
    entry.multiplier = multiplier;
    make(entry.matrix.Get(device, dtype, shape));
    return entry.matrix.get();
  }

 private:
  struct Entry {
    Multiplier multiplier;
    Scratch matrix;
  };

  std::deque<Entry> entries_;
  std::size_t count_ = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_PREPARED_H_
