// Makes a ProxMap out of an elementwise functor P with
//   template <class T> MONDEQ_HOST_DEVICE T P::operator()(T u, T alpha) const
// or, where each element has a number of its own, its value in a [dim, batch] operand,
//   template <class T> MONDEQ_HOST_DEVICE T P::operator()(T u, T alpha, T operand) const
// Written once, for every functor and type.
#ifndef MONDEQ_NONLINEARITIES_ELEMENTWISE_H_
#define MONDEQ_NONLINEARITIES_ELEMENTWISE_H_

#include <cstdint>
#include <type_traits>

#include "mondeq/device/for_each.h"
#include "mondeq/nonlinearities/prox_map.h"

namespace mondeq {

template <class P, class T>
constexpr bool kHasOperand = std::is_invocable_v<P, T, T, T>;

template <class T, class P>
MONDEQ_HOST_DEVICE T ApplyProx(const P& prox, T u, T alpha, const T* operand, Index i) {
  if constexpr (kHasOperand<P, T>) {
    return prox(u, alpha, operand[i]);
  } else {
    return prox(u, alpha);
  }
}

template <class T, class P>
struct ProxFunctor {
  P prox;
  T alpha;
  const T* operand;
  const T* u;
  T* z;

  MONDEQ_HOST_DEVICE void operator()(Index i) const {
    z[i] = ApplyProx(prox, u[i], alpha, operand, i);
  }
};

// The prox of the indicator of {0}.
struct ZeroProx {
  template <class T>
  MONDEQ_HOST_DEVICE T operator()(T u, T) const {
    // A NaN must not hide here.
    return u == u ? T{0} : u;
  }
};

// A step on one block.
template <class T, class P>
struct BlockStep {
  P prox;
  T alpha, keep, take, reflect;
  // First row of the block, and elements from a row to the next.
  const T *operand, *c;
  T *u, *z;
  Index step;
  // The mask of the first row, or null, and elements to the next.
  const std::uint8_t* mask;
  Index mask_step;
  T* r;
  Index stride;
  Index rows, lanes;
  bool from_zero;

  // f(keeps, from zero) as constants: whether keep != 0, so that u is written, and read, as z is,
  // unless from zero.
  template <class F>
  void Dispatch(F&& f) const {
    if (from_zero) {
      keep == T{0} ? f(std::false_type(), std::true_type()) : f(std::true_type(), std::true_type());
    } else {
      keep == T{0} ? f(std::false_type(), std::false_type())
                   : f(std::true_type(), std::false_type());
    }
  }

  void Run(T* change, T* size) const {
    Dispatch([&](auto keeps, auto zero) {
      RunChunks<decltype(keeps)::value, decltype(zero)::value>(change, size);
    });
  }

  // `count` lanes of row i, from `lane` on; adds to the sums of each.
  template <bool kKeep, bool kFromZero, class Count>
  MONDEQ_HOST_DEVICE void Row(Index i, Index lane, Count count, T* changes, T* sizes) const {
    const Index at = i * step + lane;
    const T* operand_row = kHasOperand<P, T> ? operand + at : nullptr;
    T *u_row = kKeep ? u + at : nullptr, *r_row = r + i * stride + lane;
    if (mask == nullptr || mask[i * mask_step] != 0) {
      Values<kKeep, kFromZero>(prox, count, operand_row, c + at, u_row, z + at, r_row, changes,
                               sizes);
    } else {
      Values<kKeep, kFromZero>(ZeroProx(), count, operand_row, c + at, u_row, z + at, r_row,
                               changes, sizes);
    }
  }

 private:
  // Lanes whose sums stay in registers from row to row.
  static constexpr Index kChunk = 32;

  template <bool kKeep, bool kFromZero>
  void RunChunks(T* change, T* size) const {
    Index l = 0;
    for (; l + kChunk <= lanes; l += kChunk) {
      Chunk<kKeep, kFromZero>(l, std::integral_constant<Index, kChunk>(), change + l, size + l);
    }
    if (l < lanes) Chunk<kKeep, kFromZero>(l, lanes - l, change + l, size + l);
  }

  // `count` lanes of all rows; a constant where there are kChunk of them.
  template <bool kKeep, bool kFromZero, class Count>
  void Chunk(Index lane, Count count, T* change, T* size) const {
    T changes[kChunk] = {}, sizes[kChunk] = {};
    for (Index i = 0; i < rows; ++i) Row<kKeep, kFromZero>(i, lane, count, changes, sizes);
    for (Index l = 0; l < count; ++l) {
      change[l] += changes[l];
      size[l] += sizes[l];
    }
  }

  template <bool kKeep, bool kFromZero, class Q, class Count>
  MONDEQ_HOST_DEVICE void Values(const Q& map, Count count, const T* __restrict operand_row,
                                 const T* __restrict c_row, T* __restrict u_row,
                                 T* __restrict z_row, T* __restrict r_row, T* __restrict changes,
                                 T* __restrict sizes) const {
    for (Index l = 0; l < count; ++l) {
      T pre = take * (r_row[l] + c_row[l]);
      if (kKeep) {
        if (!kFromZero) pre += keep * u_row[l];
        u_row[l] = pre;
      }
      const T next = ApplyProx(map, pre, alpha, operand_row, l);
      const T difference = kFromZero ? next : next - z_row[l];
      changes[l] += difference * difference;
      sizes[l] += next * next;
      z_row[l] = next;
      r_row[l] = reflect * next + (T{1} - reflect) * pre;
    }
  }
};

// The step on a block of a device: a group of threads takes some lanes of the rows of one slot.
template <class T, class P, bool kKeep, bool kFromZero>
struct GroupStep {
  static constexpr int kLanes = 32, kTurns = 8;

  BlockStep<T, P> step;
  Index slots, groups_of_lanes;
  // Of the first slot and lane, and elements from a slot to the next.
  T *change, *size;
  Index batch;

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index index) const {
    const Index slot = index / groups_of_lanes, first = index % groups_of_lanes * kLanes;
    T* sums = group.shared<T>();
    group.ForEach(kLanes * kTurns, [&](int t) {
      const Index lane = first + t % kLanes;
      T change_sum = 0, size_sum = 0;
      for (Index i = slot + t / kLanes * slots; i < step.rows && lane < step.lanes;
           i += kTurns * slots) {
        step.template Row<kKeep, kFromZero>(i, lane, std::integral_constant<Index, 1>(),
                                            &change_sum, &size_sum);
      }
      sums[t] = change_sum;
      sums[kLanes * kTurns + t] = size_sum;
    });
    group.ForEach(2 * kLanes, [&](int t) {
      const int lane = t % kLanes;
      if (first + lane >= step.lanes) return;
      T sum = 0;
      for (int turn = 0; turn < kTurns; ++turn)
        sum += sums[(t / kLanes * kTurns + turn) * kLanes + lane];
      (t < kLanes ? change : size)[slot * batch + first + lane] += sum;
    });
  }
};

template <class T, class P>
void LaunchStep(const BlockStep<T, P>& step, const Block& block, T* change, T* size, Index batch) {
  step.Dispatch([&](auto keeps, auto zero) {
    using Group = GroupStep<T, P, decltype(keeps)::value, decltype(zero)::value>;
    const Index groups_of_lanes = CeilDiv(block.lanes, Index{Group::kLanes});
    constexpr int kThreads = Group::kLanes * Group::kTurns;
    LaunchGroups(*block.stream, block.slots * groups_of_lanes, kThreads, 2 * kThreads * sizeof(T),
                 Group{step, block.slots, groups_of_lanes, change, size, batch});
  });
}

// Base has ProxMap's virtuals; P is the functor.
template <class Base>
class ElementwiseProx : public Base {
 public:
  using Base::Base;

 protected:
  template <class P>
  static void RunProx(Device& device, const P& prox, double alpha, const Tensor& u, const Tensor& z,
                      const Tensor& operand = {}) {
    DispatchFloat(u.dtype(), [&](auto zero) {
      using T = decltype(zero);
      ForEach(device, u.size(),
              ProxFunctor<T, P>{prox, static_cast<T>(alpha), From<T>(operand, 0), u.data<T>(),
                                z.data<T>()});
    });
  }

  template <class P>
  static void RunStep(const P& prox, const PointwiseStep& step, const StepArrays& arrays,
                      const Block& block, const Tensor& operand = {}) {
    DispatchFloat(arrays.z.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Index batch = arrays.z.columns(), first = block.first_row * batch + block.first_lane;
      const BlockStep<T, P> block_step{prox,
                                       static_cast<T>(step.alpha),
                                       static_cast<T>(step.keep),
                                       static_cast<T>(step.take),
                                       static_cast<T>(step.reflect),
                                       From<T>(operand, first),
                                       From<T>(arrays.c, first),
                                       From<T>(arrays.u, first),
                                       From<T>(arrays.z, first),
                                       block.row_step * batch,
                                       step.mask == nullptr ? nullptr : step.mask + block.first_row,
                                       block.row_step,
                                       static_cast<T*>(block.v),
                                       block.stride,
                                       block.rows,
                                       block.lanes,
                                       arrays.from_zero};
      const Index sums = block.slot * batch + block.first_lane;
      T *change = From<T>(arrays.change, sums), *size = From<T>(arrays.size, sums);
      if (block.stream != nullptr) return LaunchStep(block_step, block, change, size, batch);
      MONDEQ_CHECK(block.slots == 1);
      Vectorized([&block_step, change, size] {
        // A copy, whose members no store of the loop can change.
        const BlockStep<T, P> local = block_step;
        local.Run(change, size);
      });
    });
  }

 private:
  // Element `i` and those after it; null of an empty tensor.
  template <class T>
  static T* From(const Tensor& x, Index i) {
    return x.empty() ? nullptr : x.data<T>() + i;
  }
};

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_ELEMENTWISE_H_
