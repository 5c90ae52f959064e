#include "mondeq/splitting/take_columns.h"

#include "mondeq/device/for_each.h"

namespace mondeq {
namespace {

template <class T>
struct Take {
  const std::uint8_t* taken;
  Index batch;
  const T* from;
  T* to;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    for (Index l = begin; l < end; ++l) {
      if (taken[l] != 0) to[row * batch + l] = from[row * batch + l];
    }
  }
};

}  // namespace

void TakeColumns(Device* device, const std::vector<std::uint8_t>& taken, const Tensor& mask,
                 const Tensor& from, const Tensor& to) {
  device->CopyFromHost(taken.data(), mask);
  DispatchFloat(to.dtype(), [&](auto type) {
    using T = decltype(type);
    ForEachRow(*device, to.rows(), to.columns(),
               Take<T>{mask.data<std::uint8_t>(), to.columns(), from.data<T>(), to.data<T>()});
  });
}

}  // namespace mondeq
