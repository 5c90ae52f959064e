#include "mondeq/operators/swap_axes.h"

#include "mondeq/device/for_each.h"

namespace mondeq {
namespace {

template <class T>
struct MoveRow {
  Index a, b, n;
  const T* from;
  T* to;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const T* source = from + row * n;
    T* target = to + (row % b * a + row / b) * n;
    for (Index l = begin; l < end; ++l) target[l] = source[l];
  }
};

}  // namespace

void SwapAxes(Device& device, Index a, Index b, Index n, const Tensor& from, const Tensor& to) {
  DispatchFloat(from.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEachRow(device, a * b, n, MoveRow<T>{a, b, n, from.data<T>(), to.data<T>()});
  });
}

}  // namespace mondeq
