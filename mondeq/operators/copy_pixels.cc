#include "mondeq/operators/copy_pixels.h"

#include "mondeq/device/for_each.h"

namespace mondeq {
namespace {

// Runs over the rows of the part as a state, of which `run` make one row of its image.
template <class T>
struct CopyRow {
  Index run, source_run, target_run, batch;
  const T* source;
  T* target;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const Index y = row / run, i = row % run;
    const T* from = source + (y * source_run + i) * batch;
    T* to = target + (y * target_run + i) * batch;
    for (Index l = begin; l < end; ++l) to[l] = from[l];
  }
};

}  // namespace

void CopyPixels(Device& device, const Features& part, const Tensor& source, Index source_columns,
                const Tensor& target, Index target_columns) {
  const Index channels = part.channels, run = part.columns * channels;
  DispatchFloat(source.dtype(), [&](auto zero) {
    using T = decltype(zero);
    ForEachRow(device, part.rows * run, source.columns(),
               CopyRow<T>{run, source_columns * channels, target_columns * channels,
                          source.columns(), source.data<T>(), target.data<T>()});
  });
}

}  // namespace mondeq
