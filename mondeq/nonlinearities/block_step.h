// Runs a pointwise step (pointwise_step.h) on a block, wherever it is, for a functor of a prox
// (step_loop.h).
#ifndef MONDEQ_NONLINEARITIES_BLOCK_STEP_H_
#define MONDEQ_NONLINEARITIES_BLOCK_STEP_H_

#include <cstdint>

#include "mondeq/device/for_each.h"
#include "mondeq/nonlinearities/group_step.h"
#include "mondeq/nonlinearities/pointwise_step.h"
#include "mondeq/nonlinearities/step_loop.h"

namespace mondeq {

// Runs a step on a block that holds M r, and leaves r+ in it. `operand` is what P takes besides p
// and alpha, and is empty if P takes nothing else. Unless `interior` is empty, z+ is 0 on the rows
// where it has a 0.
template <class P>
void RunStep(const P& prox, const PointwiseStep& step, double alpha, const StepArrays& arrays,
             const Tensor& operand, const Tensor& interior, const Block& block) {
  DispatchFloat(arrays.z.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Index batch = arrays.z.columns(), first = block.first_row * batch + block.first_lane;
    // Points at element `i`; null for an empty tensor.
    const auto from = [](const Tensor& x, Index i) {
      return x.empty() ? nullptr : x.data<T>() + i;
    };
    const BlockStep<T, P> block_step{
        prox,
        static_cast<T>(alpha),
        arrays.scale.empty() ? KindOf(step) : StepKind::kGeneral,
        FormOf<T>(step.argument),
        FormOf<T>(step.memory),
        FormOf<T>(step.next),
        FormOf<T>(step.residual),
        FormOf<T>(step.second_residual),
        from(operand, first),
        from(arrays.c, first),
        from(arrays.q, first),
        from(arrays.z, first),
        from(arrays.p, first),
        block.row_step * batch,
        from(arrays.scale, block.first_lane),
        from(arrays.frozen, block.first_lane),
        interior.empty() ? nullptr : interior.data<std::uint8_t>() + block.first_row,
        block.row_step,
        static_cast<T*>(block.v),
        block.stride,
        block.rows,
        block.lanes,
        arrays.from_zero,
        static_cast<T>(arrays.q_of_c)};
    const Index first_sum = block.slot * batch + block.first_lane;
    const StepSums<T> sums{from(arrays.residual, first_sum), from(arrays.size, first_sum)};
    if (block.stream != nullptr) return LaunchStep(block_step, block, sums, batch);
    MONDEQ_CHECK(block.slots == 1);
    Vectorized([&block_step, &sums] {
      // The loop runs on a copy, whose members none of its stores can change.
      const BlockStep<T, P> local = block_step;
      local.Run(sums);
    });
  });
}

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_BLOCK_STEP_H_
