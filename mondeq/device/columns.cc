#include "mondeq/device/columns.h"

#include "mondeq/device/for_each.h"

namespace mondeq {
namespace {

template <class T>
struct GatherRow {
  const std::int32_t* columns;
  Index width, part_width;
  const T* all;
  T* part;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    for (Index i = begin; i < end; ++i) part[row * part_width + i] = all[row * width + columns[i]];
  }
};

template <class T>
struct ScatterRow {
  const std::int32_t* columns;
  Index width, part_width;
  const T* part;
  T* all;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    for (Index i = begin; i < end; ++i) all[row * width + columns[i]] = part[row * part_width + i];
  }
};

template <class T>
struct TakeRow {
  const std::uint8_t* taken;
  Index width;
  const T* from;
  T* to;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    for (Index i = begin; i < end; ++i) {
      if (taken[i] != 0) to[row * width + i] = from[row * width + i];
    }
  }
};

}  // namespace

void GatherColumns(Device& device, const Tensor& columns, const Tensor& all, const Tensor& part) {
  DispatchFloat(all.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEachRow(device, part.rows(), part.columns(),
               GatherRow<T>{columns.data<std::int32_t>(), all.columns(), part.columns(),
                            all.data<T>(), part.data<T>()});
  });
}

void ScatterColumns(Device& device, const Tensor& columns, const Tensor& part, const Tensor& all) {
  DispatchFloat(all.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEachRow(device, part.rows(), part.columns(),
               ScatterRow<T>{columns.data<std::int32_t>(), all.columns(), part.columns(),
                             part.data<T>(), all.data<T>()});
  });
}

void TakeColumns(Device& device, const std::vector<std::uint8_t>& taken, const Tensor& mask,
                 const Tensor& from, const Tensor& to) {
  device.CopyFromHost(taken.data(), mask);
  DispatchFloat(to.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEachRow(device, to.rows(), to.columns(),
               TakeRow<T>{mask.data<std::uint8_t>(), to.columns(), from.data<T>(), to.data<T>()});
  });
}

}  // namespace mondeq
