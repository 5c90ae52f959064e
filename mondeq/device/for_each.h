// Loops over arrays of a device. One functor source serves every device: f is a struct at namespace
// scope whose call operator is MONDEQ_HOST_DEVICE and touches only plain pointers and numbers.
#ifndef MONDEQ_DEVICE_FOR_EACH_H_
#define MONDEQ_DEVICE_FOR_EACH_H_

#include "mondeq/device/device.h"
#include "mondeq/device/launch.h"
#include "mondeq/device/vectorize.h"

namespace mondeq {

// f(i) for i in 0 .. n - 1, in any order.
template <class F>
void ForEach(Device& device, Index n, const F& f) {
  constexpr Index kGrain = 4096;
  if (!device.shares_host_memory()) return LaunchEach(*device.stream(), n, f);
  device.ParallelFor(n, kGrain, [&f](Index begin, Index end) {
    Vectorized([&f, begin, end] {
      // A copy, whose members no store of the loop can change: else few functors are vectorised.
      const F local = f;
      for (Index i = begin; i < end; ++i) local(i);
    });
  });
}

// f(row, begin, end) for columns begin .. end - 1 of the rows of a [rows, columns] array: for whole
// rows, or for a column at a time, as the device likes. No call may need another one's result.
// `work` is the cost of an element, in copies of one. It sizes the threads' parts on the host, and
// means nothing to a device with memory of its own.
template <class F>
void ForEachRow(Device& device, Index rows, Index columns, const F& f, Index work = 1) {
  constexpr Index kGrain = 4096;
  if (!device.shares_host_memory()) return LaunchRows(*device.stream(), rows, columns, f);
  device.ParallelFor(rows, kGrain / (columns * work + 1) + 1,
                     [&f, columns](Index begin, Index end) {
                       Vectorized([&f, columns, begin, end] {
                         const F local = f;
                         for (Index i = begin; i < end; ++i) local(i, Index{0}, columns);
                       });
                     });
}

// Calls f(i, begin, end) for ranges of lanes of the rows i = 0 .. rows - 1 of a block: at once
// where the block is the caller's memory, else when the device's queue comes to it.
template <class F>
void ForEachRow(const Block& block, const F& f) {
  MONDEQ_CHECK(block.slab == nullptr);
  if (block.stream != nullptr) return LaunchRows(*block.stream, block.rows, block.lanes, f);
  Vectorized([&f, &block] {
    const F local = f;
    for (Index i = 0; i < block.rows; ++i) local(i, Index{0}, block.lanes);
  });
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_FOR_EACH_H_
