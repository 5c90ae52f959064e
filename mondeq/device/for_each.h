// ForEach(device, n, f): f(i) for i in 0 .. n - 1, in any order, on the device. One functor source
// serves every device, so f is a struct (or lambda) whose call operator is MONDEQ_HOST_DEVICE and
// touches only plain pointers and numbers.
#ifndef MONDEQ_DEVICE_FOR_EACH_H_
#define MONDEQ_DEVICE_FOR_EACH_H_

#include "mondeq/device/device.h"
#include "mondeq/device/vectorize.h"

#ifdef __CUDACC__
#define MONDEQ_HOST_DEVICE __host__ __device__
#else
#define MONDEQ_HOST_DEVICE
#endif

namespace mondeq {

template <class F>
void ForEach(Device& device, Index n, const F& f) {
  constexpr Index kGrain = 4096;
  device.ParallelFor(n, kGrain, [&f](Index begin, Index end) {
    Vectorized([&f, begin, end] {
      // A copy, whose members no store of the loop can change: else few functors are vectorised.
      const F local = f;
      for (Index i = begin; i < end; ++i) local(i);
    });
  });
}

// f(i) for the rows of a [rows, columns] array, where each call does the work of a row.
template <class F>
void ForEachRow(Device& device, Index rows, Index columns, const F& f) {
  constexpr Index kGrain = 4096;
  device.ParallelFor(rows, kGrain / (columns + 1) + 1, [&f](Index begin, Index end) {
    Vectorized([&f, begin, end] {
      const F local = f;
      for (Index i = begin; i < end; ++i) local(i);
    });
  });
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_FOR_EACH_H_
