// Makes a ProxMap out of an elementwise functor P with
//   template <class T> MONDEQ_HOST_DEVICE T P::operator()(T u, T alpha, Index element) const
// where `element` is the position in the [dim, batch] state. Written once, for every functor and
// type.
#ifndef MONDEQ_NONLINEARITIES_ELEMENTWISE_H_
#define MONDEQ_NONLINEARITIES_ELEMENTWISE_H_

#include "mondeq/device/for_each.h"
#include "mondeq/nonlinearities/prox_map.h"

namespace mondeq {

template <class T, class P>
struct ProxFunctor {
  P prox;
  T alpha;
  const T* u;
  T* z;

  MONDEQ_HOST_DEVICE void operator()(Index i) const { z[i] = prox(u[i], alpha, i); }
};

// One row of a step: `lanes` consecutive elements from `first` on.
template <class T, class P>
struct StepRow {
  P prox;
  T alpha, keep, take, reflect;

  // kKeep: keep != 0, so u is read and written.
  template <bool kKeep>
  void Run(Index first, Index lanes, const T* __restrict c, T* __restrict u, T* __restrict z,
           T* __restrict r, T* __restrict change, T* __restrict size) const {
    for (Index l = 0; l < lanes; ++l) {
      T pre = take * (r[l] + c[l]);
      if (kKeep) {
        pre += keep * u[l];
        u[l] = pre;
      }
      const T next = prox(pre, alpha, first + l);
      const T difference = next - z[l];
      change[l] += difference * difference;
      size[l] += next * next;
      z[l] = next;
      r[l] = reflect * next + (T{1} - reflect) * pre;
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
  static void RunProx(Device& device, const P& prox, double alpha, const Tensor& u,
                      const Tensor& z) {
    DispatchFloat(u.dtype(), [&](auto zero) {
      using T = decltype(zero);
      ForEach(device, u.size(),
              ProxFunctor<T, P>{prox, static_cast<T>(alpha), u.data<T>(), z.data<T>()});
    });
  }

  template <class P>
  static void RunStep(const P& prox, const PointwiseStep& step, const StepArrays& arrays,
                      const Block& block) {
    DispatchFloat(arrays.z.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const StepRow<T, P> row{prox, static_cast<T>(step.alpha), static_cast<T>(step.keep),
                              static_cast<T>(step.take), static_cast<T>(step.reflect)};
      const Index batch = arrays.z.columns(), sums = block.slot * batch + block.first_lane;
      T *change = arrays.change.data<T>() + sums, *size = arrays.size.data<T>() + sums;
      for (Index i = 0; i < block.rows; ++i) {
        const Index first = block.row(i) * batch + block.first_lane;
        const T* c = arrays.c.data<T>() + first;
        T *z = arrays.z.data<T>() + first, *r = static_cast<T*>(block.v) + i * block.stride;
        if (step.keep == 0) {
          row.template Run<false>(first, block.lanes, c, nullptr, z, r, change, size);
        } else {
          row.template Run<true>(first, block.lanes, c, arrays.u.data<T>() + first, z, r, change,
                                 size);
        }
      }
    });
  }
};

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_ELEMENTWISE_H_
