#include "mondeq/testing/stamp_map.h"

#include "mondeq/device/for_each.h"

namespace mondeq {
namespace {

// Where a block's values lie, and those of the same rows and lanes of a state.
template <class T>
struct Places {
  T* v;
  Index stride, first, step;

  Places(const Block& block, const Tensor& x)
      : v(static_cast<T*>(block.v)),
        stride(block.stride),
        first(block.first_row * x.columns() + block.first_lane),
        step(block.row_step * x.columns()) {}
};

template <class T>
struct Stamp {
  Places<T> at;
  T factor;
  const T* x;
  T* visits;

  MONDEQ_HOST_DEVICE void operator()(Index i, Index begin, Index end) const {
    for (Index l = begin; l < end; ++l) {
      T& value = at.v[i * at.stride + l];
      value = factor * value + x[at.first + i * at.step + l];
      visits[at.first + i * at.step + l] += T{1};
    }
  }
};

template <class T>
struct Record {
  Places<T> at;
  T* x;

  MONDEQ_HOST_DEVICE void operator()(Index i, Index begin, Index end) const {
    for (Index l = begin; l < end; ++l) x[at.first + i * at.step + l] = at.v[i * at.stride + l];
  }
};

template <class T>
struct SquareInPlace {
  T* x;

  MONDEQ_HOST_DEVICE void operator()(Index i) const { x[i] *= x[i]; }
};

}  // namespace

void Square(Device& device, const Tensor& x) {
  DispatchFloat(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEach(device, x.size(), SquareInPlace<T>{x.data<T>()});
  });
}

void StampMap::operator()(const Block& block) const {
  DispatchFloat(x_.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEachRow(block, Stamp<T>{Places<T>(block, x_), static_cast<T>(factor_), x_.data<T>(),
                               visits_.data<T>()});
  });
}

void RecordMap::operator()(const Block& block) const {
  DispatchFloat(x_.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEachRow(block, Record<T>{Places<T>(block, x_), x_.data<T>()});
  });
}

}  // namespace mondeq
