// A pointwise step on blocks in the memory of a device, by groups of threads.
#ifndef MONDEQ_NONLINEARITIES_GROUP_STEP_H_
#define MONDEQ_NONLINEARITIES_GROUP_STEP_H_

#include <cstddef>
#include <type_traits>

#include "mondeq/device/launch.h"
#include "mondeq/device/slab_transform.h"
#include "mondeq/nonlinearities/step_loop.h"

namespace mondeq {

// The step on a block of pixels or units: a group takes some lanes of the rows of one slot.
template <class T, class P, StepKind kKind, bool kFromZero>
struct GroupStep {
  static constexpr int kLanes = 32, kTurns = 8, kThreads = kLanes * kTurns;

  BlockStep<T, P> step;
  Index slots, groups_of_lanes;
  // The sums of the first slot and lane; those of the next slot are `batch` elements further.
  StepSums<T> sums;
  Index batch;

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index index) const {
    const Index slot = index / groups_of_lanes, first = index % groups_of_lanes * kLanes;
    T* shared = group.shared<T>();
    group.ForEach(kThreads, [&](int t) {
      const Index lane = first + t % kLanes;
      T residual = 0, size = 0;
      const bool can_stay = step.frozen != nullptr && lane < step.lanes;
      const T still = can_stay ? step.frozen[lane] : T{0};
      const T by = step.scale != nullptr && lane < step.lanes ? step.scale[lane] : T{1};
      T no_p = 0;
      for (Index i = slot + t / kLanes * slots; i < step.rows && lane < step.lanes;
           i += kTurns * slots) {
        step.template Row<kKind, kFromZero>(i, lane, std::integral_constant<Index, 1>(), &still,
                                            &by, &no_p, {&residual, &size});
      }
      shared[t] = residual;
      shared[kThreads + t] = size;
    });
    group.ForEach(2 * kLanes, [&](int t) {
      const int lane = t % kLanes, kind = t / kLanes;
      if (first + lane >= step.lanes) return;
      T sum = 0;
      for (int turn = 0; turn < kTurns; ++turn)
        sum += shared[(kind * kTurns + turn) * kLanes + lane];
      T* all = kind == 0 ? sums.residual : sums.size;
      all[slot * batch + first + lane] += sum;
    });
  }
};

// The step on slabs of spectra (slab_transform.h), between an inverse and a forward transform: a
// group takes a channel, whose slot it is, and some lanes.
template <class T, class P, StepKind kKind>
struct SlabStep {
  static constexpr int kThreads = SlabTransform::kMostThreads, kGroups = SlabTransform::kGroups;

  BlockStep<T, P> step;
  SlabTransform slab;
  StepSums<T> sums;
  Index batch;

  // The sums of a thread: of its lanes, residuals and sizes.
  static constexpr int kSums = 2 * Pack<T>::kLanes;

  std::size_t BytesOfSums() const {
    return static_cast<std::size_t>(kSums * slab.threads) * sizeof(T);
  }

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index index) const {
    const Index channel = slab.ChannelOf(index), first = slab.FirstLaneOf(index);
    auto* data = group.shared<Complex<T>>();
    T* thread_sums = reinterpret_cast<T*>(data + slab.size());
    TransformSlab<T, /*kAlone=*/false>(slab, /*inverse=*/true, index, group);
    Pixels(group, channel, 2 * first, reinterpret_cast<T*>(data), thread_sums);
    AddSums(group, channel, 2 * first, thread_sums);
    TransformSlab<T, /*kAlone=*/false>(slab, /*inverse=*/false, index, group);
  }

 private:
  MONDEQ_HOST_DEVICE void Pixels(const ThreadGroup& group, Index channel, Index first, T* data,
                                 T* thread_sums) const {
    const int packs = 2 * slab.width / Pack<T>::kLanes, turns = slab.threads / packs;
    group.ForEach(slab.threads, [&](int t) {
      T residual[Pack<T>::kLanes] = {}, size[Pack<T>::kLanes] = {};
      const int lane = t % packs * Pack<T>::kLanes;
      // Lanes that have no sample stay zero; the batch is a multiple of a pack.
      if (first + lane < batch && t / packs < slab.pixels()) {
        PixelsOfLanes(channel, first + lane, t / packs, turns, data + lane, {residual, size});
      }
      for (int l = 0; l < Pack<T>::kLanes; ++l) {
        thread_sums[kSums * t + l] = residual[l];
        thread_sums[kSums * t + Pack<T>::kLanes + l] = size[l];
      }
    });
  }

  // The step on some lanes of every `turns`-th place. What the next one needs is on its way while
  // one is computed.
  MONDEQ_HOST_DEVICE void PixelsOfLanes(Index channel, Index lane, int place, int turns, T* data,
                                        const StepSums<T>& thread_sums) const {
    T* bias = static_cast<T*>(slab.bias);
    const T scale = static_cast<T>(slab.scale);
    const Pack<T> still = step.frozen == nullptr ? Pack<T>{} : Pack<T>::Load(step.frozen + lane);
    Pack<T> by;
    for (int l = 0; l < Pack<T>::kLanes; ++l)
      by.v[l] = step.scale == nullptr ? T{1} : step.scale[lane + l];
    Index row = RowAt(place, channel);
    PackInputs<T> next = step.template InputsOfPack<kKind>(row, lane, bias == nullptr);
    for (int last = place; place < slab.pixels(); last = place) {
      PackInputs<T> inputs = next;
      const Index last_row = row;
      place += turns;
      if (place < slab.pixels()) {
        row = RowAt(place, channel);
        next = step.template InputsOfPack<kKind>(row, lane, bias == nullptr);
      }
      T* shared = data + 2 * last * slab.width;
      Pack<T> r = Pack<T>::Load(shared);
      for (T& value : r.v) value *= scale;
      if (bias != nullptr) {
        // The pixels are those of c, and M r is 0.
        inputs.c = r;
        r.Store(bias + last_row * batch + lane);
        r = Pack<T>{};
      }
      step.template RowOfPack<kKind>(last_row, lane, still, by, &inputs, &r, thread_sums);
      r.Store(shared);
    }
  }

  MONDEQ_HOST_DEVICE Index RowAt(int place, Index channel) const {
    return static_cast<Index>(slab.PixelAt(place)) * slab.channels + channel;
  }

  MONDEQ_HOST_DEVICE void AddSums(const ThreadGroup& group, Index slot, Index first,
                                  const T* thread_sums) const {
    const int lanes = 2 * slab.width, packs = lanes / Pack<T>::kLanes;
    group.ForEach(2 * lanes, [&](int t) {
      const int lane = t % lanes, kind = t / lanes;
      if (first + lane >= batch) return;
      T sum = 0;
      for (int by = lane / Pack<T>::kLanes; by < slab.threads; by += packs)
        sum += thread_sums[kSums * by + kind * Pack<T>::kLanes + lane % Pack<T>::kLanes];
      (kind == 0 ? sums.residual : sums.size)[slot * batch + first + lane] += sum;
    });
  }
};

template <class T, class P>
void LaunchStep(const BlockStep<T, P>& step, const Block& block, const StepSums<T>& sums,
                Index batch) {
  step.Dispatch([&](auto kind, auto zero) {
    if constexpr (kOnSlabs<T>) {
      if (block.slab != nullptr) {
        using Group = SlabStep<T, P, decltype(kind)::value>;
        const Group group{step, *block.slab, sums, batch};
        return LaunchSlabs<T>(*block.stream, *block.slab, group.BytesOfSums(), group);
      }
    }
    using Group = GroupStep<T, P, decltype(kind)::value, decltype(zero)::value>;
    const Index groups_of_lanes = CeilDiv(block.lanes, Index{Group::kLanes});
    LaunchGroups(*block.stream, block.slots * groups_of_lanes, Group::kThreads,
                 2 * Group::kThreads * sizeof(T),
                 Group{step, block.slots, groups_of_lanes, sums, batch});
  });
}

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_GROUP_STEP_H_
