// Makes a ProxMap out of an elementwise functor P with
//   template <class T> MONDEQ_HOST_DEVICE T P::operator()(T u, T alpha) const
// or, where each element has a number of its own, its value in a [dim, batch] operand,
//   template <class T> MONDEQ_HOST_DEVICE T P::operator()(T u, T alpha, T operand) const
// Written once, for every functor and type.
#ifndef MONDEQ_NONLINEARITIES_ELEMENTWISE_H_
#define MONDEQ_NONLINEARITIES_ELEMENTWISE_H_

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

// A step on one block.
template <class T, class P>
struct BlockStep {
  P prox;
  T alpha, keep, take, reflect;
  // First row of the block, and elements from a row to the next and to the row to be fetched.
  const T *operand, *c;
  T *u, *z;
  Index step, ahead;
  T* r;
  Index stride;
  Index rows, lanes;
  bool from_zero;

  void Run(T* change, T* size) const {
    if (from_zero) {
      keep == T{0} ? RunChunks<false, true>(change, size) : RunChunks<true, true>(change, size);
    } else {
      keep == T{0} ? RunChunks<false, false>(change, size) : RunChunks<true, false>(change, size);
    }
  }

 private:
  // Lanes whose sums stay in registers from row to row.
  static constexpr Index kChunk = 16;

  // kKeep: keep != 0, so u is written, and read, as z is, unless kFromZero.
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
    for (Index i = 0; i < rows; ++i) {
      const Index at = i * step + lane;
      if (ahead != 0) Fetch<kKeep>(at + ahead);
      Row<kKeep, kFromZero>(count, kHasOperand<P, T> ? operand + at : nullptr, c + at,
                            kKeep ? u + at : nullptr, z + at, r + i * stride + lane, changes,
                            sizes);
    }
    for (Index l = 0; l < count; ++l) {
      change[l] += changes[l];
      size[l] += sizes[l];
    }
  }

  template <bool kKeep>
  void Fetch(Index at) const {
    if (kHasOperand<P, T>) __builtin_prefetch(operand + at, 0, 2);
    __builtin_prefetch(c + at, 0, 2);
    if (kKeep) __builtin_prefetch(u + at, 0, 2);
    __builtin_prefetch(z + at, 0, 2);
  }

  template <bool kKeep, bool kFromZero, class Count>
  void Row(Count count, const T* __restrict operand_row, const T* __restrict c_row,
           T* __restrict u_row, T* __restrict z_row, T* __restrict r_row, T* __restrict changes,
           T* __restrict sizes) const {
    for (Index l = 0; l < count; ++l) {
      T pre = take * (r_row[l] + c_row[l]);
      if (kKeep) {
        if (!kFromZero) pre += keep * u_row[l];
        u_row[l] = pre;
      }
      const T next = ApplyProx(prox, pre, alpha, operand_row, l);
      const T difference = kFromZero ? next : next - z_row[l];
      changes[l] += difference * difference;
      sizes[l] += next * next;
      z_row[l] = next;
      r_row[l] = reflect * next + (T{1} - reflect) * pre;
    }
  }
};

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
                                       block.ahead * batch,
                                       static_cast<T*>(block.v),
                                       block.stride,
                                       block.rows,
                                       block.lanes,
                                       arrays.from_zero};
      const Index sums = block.slot * batch + block.first_lane;
      T *change = From<T>(arrays.change, sums), *size = From<T>(arrays.size, sums);
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
