// The fused loop of a pointwise step (pointwise_step.h): one pass over a block, for a functor P
// with
//   template <class T> MONDEQ_HOST_DEVICE T P::operator()(T p, T alpha) const
// or, where each element has a number of its own, with its value in a [dim, batch] operand,
//   template <class T> MONDEQ_HOST_DEVICE T P::operator()(T p, T alpha, T operand) const
// A functor that takes many lanes at once (P::kTakesLanes) has
//   template <class T, class Count> MONDEQ_HOST_DEVICE
//   void P::Lanes(const T* p, T alpha, Count count, T* z) const
// besides, for at most kMostLanes of them. The loop is written once, for every functor, type and
// device.
#ifndef MONDEQ_NONLINEARITIES_STEP_LOOP_H_
#define MONDEQ_NONLINEARITIES_STEP_LOOP_H_

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "mondeq/device/for_each.h"
#include "mondeq/device/pack.h"
#include "mondeq/nonlinearities/lanes.h"
#include "mondeq/nonlinearities/pointwise_step.h"

namespace mondeq {

template <class P, class T>
constexpr bool kHasOperand = std::is_invocable_v<P, T, T, T>;

template <class P, class = void>
constexpr bool kTakesLanes = false;
template <class P>
constexpr bool kTakesLanes<P, std::enable_if_t<P::kTakesLanes>> = true;

template <class T, class P>
MONDEQ_HOST_DEVICE T ApplyProx(const P& prox, T p, T alpha, const T* operand, Index i) {
  if constexpr (kHasOperand<P, T>) {
    return prox(p, alpha, operand[i]);
  } else {
    return prox(p, alpha);
  }
}

// The prox of the indicator of {0}.
struct ZeroProx {
  template <class T>
  MONDEQ_HOST_DEVICE T operator()(T p, T) const {
    // A NaN stays one, for it must not hide here.
    return p == p ? T{0} : p;
  }
};

// A LinearForm in the type of the loop.
template <class T>
struct FormOf {
  explicit FormOf(const LinearForm& form)
      : v(static_cast<T>(form.v)),
        q(static_cast<T>(form.q)),
        z(static_cast<T>(form.z)),
        p(static_cast<T>(form.p)),
        z_next(static_cast<T>(form.z_next)) {}

  MONDEQ_HOST_DEVICE T Before(T v_value, T q_value, T z_value) const {
    return v * v_value + q * q_value + z * z_value;
  }
  MONDEQ_HOST_DEVICE T After(T p_value, T z_next_value) const {
    return z_next * z_next_value + p * p_value;
  }

  T v, q, z, p, z_next;
};

// What a step reads besides M r.
template <class T>
struct PackInputs {
  Pack<T> operand, c, q, z;
  bool inside;  // whether the row is not masked
};

// Where the sums of the first lane are.
template <class T>
struct StepSums {
  T *residual, *size;
};

// A step on one block.
template <class T, class P>
struct BlockStep {
  P prox;
  T alpha;
  StepKind kind;
  FormOf<T> argument, memory, next, residual, second_residual;
  // The first row of the block in these arrays; `step` elements further is the next one. p may be
  // null.
  const T *operand, *c;
  T *q, *z, *p;
  Index step;
  // For every lane, or null.
  const T* scale;
  // Not 0 for the lanes that stay as they are; null where none does.
  const T* frozen;
  // The byte of the mask for the first row, or null; `mask_step` bytes further is the next one.
  const std::uint8_t* mask;
  Index mask_step;
  // The block itself, whose rows are `stride` elements apart: M r, then r+.
  T* r;
  Index stride;
  Index rows, lanes;
  bool from_zero;
  // By what c is multiplied to be q, or 0 where q is stored.
  T q_of_c;

  // Calls f(kind, whether q and z count as zero), both as compile-time constants.
  template <class F>
  void Dispatch(F&& f) const {
    const auto with_kind = [&](auto kind_constant) {
      from_zero ? f(kind_constant, std::true_type()) : f(kind_constant, std::false_type());
    };
    switch (kind) {
      case StepKind::kForgetful:
        return with_kind(std::integral_constant<StepKind, StepKind::kForgetful>());
      case StepKind::kRemembering:
        return with_kind(std::integral_constant<StepKind, StepKind::kRemembering>());
      case StepKind::kTracking:
        return with_kind(std::integral_constant<StepKind, StepKind::kTracking>());
      case StepKind::kGeneral:
        // This kind is rare, and so compiled once: the loop looks at from_zero itself.
        return f(std::integral_constant<StepKind, StepKind::kGeneral>(), std::false_type());
    }
  }

  void Run(const StepSums<T>& sums) const {
    Dispatch([&](auto kind_constant, auto zero) {
      RunChunks<decltype(kind_constant)::value, decltype(zero)::value>(sums);
    });
  }

  // Makes the step on `count` lanes of row i, from `lane` on, and adds to the sums of each lane.
  // Those with a `still` that is not 0 stay as they are. A step of everything multiplies by `by`,
  // and leaves p in `no_p` where there is no array for it.
  template <StepKind kKind, bool kFromZero, class Count>
  MONDEQ_HOST_DEVICE void Row(Index i, Index lane, Count count, const T* still, const T* by,
                              T* no_p, const StepSums<T>& sums) const {
    constexpr bool kGeneral = kKind == StepKind::kGeneral;
    const Index at = i * step + lane;
    const T* operand_row = kHasOperand<P, T> ? operand + at : nullptr;
    T* q_row = kKind != StepKind::kForgetful ? q + at : nullptr;
    T* z_row = kKind != StepKind::kTracking ? z + at : nullptr;
    T* p_row = kGeneral && p != nullptr ? p + at : no_p;
    MaskedValues<kKind, kFromZero>(Inside(i), count, operand_row, c + at, q_row, z_row, p_row, by,
                                   still, r + i * stride + lane, sums);
  }

  // What a pack of lanes of row i reads, without c unless it has one.
  template <StepKind kKind>
  MONDEQ_HOST_DEVICE PackInputs<T> InputsOfPack(Index i, Index lane, bool has_c) const {
    const Index at = i * step + lane;
    PackInputs<T> inputs{};
    inputs.inside = Inside(i);
    if (has_c) inputs.c = Pack<T>::Load(c + at);
    if (kHasOperand<P, T>) inputs.operand = Pack<T>::Load(operand + at);
    if (kKind != StepKind::kForgetful && !from_zero && q_of_c == T{0})
      inputs.q = Pack<T>::Load(q + at);
    if (kKind != StepKind::kTracking && !from_zero) inputs.z = Pack<T>::Load(z + at);
    return inputs;
  }

  // Makes the step on these lanes; their M r is in `r_pack`, which becomes r+.
  template <StepKind kKind>
  MONDEQ_HOST_DEVICE void RowOfPack(Index i, Index lane, const Pack<T>& still, const Pack<T>& by,
                                    PackInputs<T>* inputs, Pack<T>* r_pack,
                                    const StepSums<T>& sums) const {
    constexpr bool kGeneral = kKind == StepKind::kGeneral;
    const Index at = i * step + lane;
    const bool stores_p = kGeneral && p != nullptr;
    Pack<T> p_pack{};
    if (stores_p) p_pack = Pack<T>::Load(p + at);
    MaskedValues<kKind, false>(inputs->inside, std::integral_constant<Index, Pack<T>::kLanes>(),
                               inputs->operand.v, inputs->c.v, inputs->q.v, inputs->z.v, p_pack.v,
                               by.v, still.v, r_pack->v, sums);
    const bool stores_q = kKind == StepKind::kTracking ? !from_zero : kKind != StepKind::kForgetful;
    if (stores_q) inputs->q.Store(q + at);
    if (kKind != StepKind::kTracking) inputs->z.Store(z + at);
    if (stores_p) p_pack.Store(p + at);
  }

 private:
  // Lanes whose sums stay in registers from row to row.
  static constexpr Index kChunk = kMostLanes;

  template <StepKind kKind, bool kFromZero>
  void RunChunks(const StepSums<T>& sums) const {
    Index l = 0;
    for (; l + kChunk <= lanes; l += kChunk) {
      Chunk<kKind, kFromZero>(l, std::integral_constant<Index, kChunk>(), sums);
    }
    if (l < lanes) Chunk<kKind, kFromZero>(l, lanes - l, sums);
  }

  // Makes the step on `count` lanes of all rows. `count` is a compile-time constant where it is
  // kChunk.
  template <StepKind kKind, bool kFromZero, class Count>
  void Chunk(Index lane, Count count, const StepSums<T>& sums) const {
    T residuals[kChunk] = {}, sizes[kChunk] = {};
    const StepSums<T> local{residuals, sizes};
    // What stands for arrays that there are not, so that the loop needs no branches for them.
    const T moving[kChunk] = {};
    T ones[kChunk], no_p[kChunk] = {};
    std::fill_n(ones, kChunk, T{1});
    const T* still = frozen == nullptr ? moving : frozen + lane;
    const T* by = scale == nullptr ? ones : scale + lane;
    for (Index i = 0; i < rows; ++i) Row<kKind, kFromZero>(i, lane, count, still, by, no_p, local);
    for (Index l = 0; l < count; ++l) {
      sums.residual[lane + l] += residuals[l];
      sums.size[lane + l] += sizes[l];
    }
  }

  MONDEQ_HOST_DEVICE bool Inside(Index i) const {
    return mask == nullptr || mask[i * mask_step] != 0;
  }

  // What the prox of a lane follows from.
  struct Operands {
    bool stays;
    T v, q = 0, z = 0, p;
  };

  // Makes the step on a row, with the prox of {0} unless it is inside.
  template <StepKind kKind, bool kFromZero, class Count>
  MONDEQ_HOST_DEVICE void MaskedValues(bool inside, Count count, const T* operand_row,
                                       const T* c_row, T* q_row, T* z_row, T* p_row,
                                       const T* by_row, const T* still, T* r_row,
                                       const StepSums<T>& sums) const {
    if (inside) {
      Values<kKind, kFromZero>(prox, count, operand_row, c_row, q_row, z_row, p_row, by_row, still,
                               r_row, sums.residual, sums.size);
    } else {
      Values<kKind, kFromZero>(ZeroProx(), count, operand_row, c_row, q_row, z_row, p_row, by_row,
                               still, r_row, sums.residual, sums.size);
    }
  }

  template <StepKind kKind, bool kFromZero, class Q, class Count>
  MONDEQ_HOST_DEVICE void Values(const Q& map, Count count, const T* __restrict operand_row,
                                 const T* __restrict c_row, T* __restrict q_row,
                                 T* __restrict z_row, T* __restrict p_row,
                                 const T* __restrict by_row, const T* __restrict still,
                                 T* __restrict r_row, T* __restrict residuals,
                                 T* __restrict sizes) const {
    constexpr bool kGeneral = kKind == StepKind::kGeneral;
    constexpr bool kStoresZ = kKind != StepKind::kTracking;
    constexpr bool kHasMemory = kKind != StepKind::kForgetful;
    constexpr bool kStoresQ = kHasMemory && !(kKind == StepKind::kTracking && kFromZero);
    // 0 where q and z count as zero. Choices by a bool would keep GCC from making vectors.
    const T stored = kGeneral && from_zero ? T{0} : T{1};
    const auto before_prox = [&](Index l) {
      Operands of;
      // Nothing is kept of the zeros at first.
      of.stays = !kFromZero && still[l] != 0;
      of.v = r_row[l] + c_row[l];
      of.p = argument.v * of.v;
      if constexpr (kStoresZ && !kFromZero) of.z = stored != 0 ? z_row[l] : T{0};
      if constexpr (kHasMemory && !kFromZero) {
        of.q = stored != 0 ? q_row[l] : T{0};
        if constexpr (kKind == StepKind::kTracking)
          of.q = q_of_c == T{0} ? of.q : q_of_c * c_row[l];
        of.p += argument.q * of.q;
      }
      if constexpr (kGeneral) of.p += argument.z * of.z;
      // Where q is p, z+ and r+ follow from it.
      if constexpr (kHasMemory && !kGeneral) of.p = of.stays ? of.q : of.p;
      return of;
    };
    T some_z_next[kTakesLanes<Q> ? LanesOf<Count>() : 1];
    if constexpr (kTakesLanes<Q>) {
      T some_p[LanesOf<Count>()];
      for (Index l = 0; l < count; ++l) some_p[l] = before_prox(l).p;
      map.Lanes(some_p, alpha, count, some_z_next);
    }
    for (Index l = 0; l < count; ++l) {
      const Operands of = before_prox(l);
      const bool stays = of.stays;
      const T v_value = of.v, q_value = of.q, z_value = of.z, p_value = of.p;
      T z_next;
      if constexpr (kTakesLanes<Q>) {
        z_next = some_z_next[l];
      } else {
        z_next = ApplyProx(map, p_value, alpha, operand_row, l);
      }
      if constexpr (kGeneral || !kHasMemory) z_next = stays ? z_value : z_next;
      T d = z_next - z_value, size = z_next;
      if constexpr (kKind == StepKind::kTracking) d = residual.v * v_value + residual.q * q_value;
      if constexpr (kGeneral) {
        const T by = by_row[l];
        d = by * (residual.Before(v_value, q_value, z_value) + residual.After(p_value, z_next));
        size *= by;
        const T second = by * (second_residual.Before(v_value, q_value, z_value) +
                               second_residual.After(p_value, z_next));
        residuals[l] += second * second;
      }
      residuals[l] += d * d;
      sizes[l] += size * size;
      if constexpr (kStoresZ) z_row[l] = z_next;
      T r_next = next.After(p_value, z_next);
      if constexpr (kGeneral) {
        const T q_next = memory.Before(v_value, q_value, z_value) + memory.After(p_value, z_next);
        q_row[l] = stays ? q_value : q_next;
        r_next = stays ? z_value : r_next + next.Before(v_value, q_value, z_value);
        p_row[l] = stays ? p_row[l] : p_value;
      } else if constexpr (kStoresQ) {
        q_row[l] = p_value;
      }
      r_row[l] = r_next;
    }
  }
};

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_STEP_LOOP_H_
