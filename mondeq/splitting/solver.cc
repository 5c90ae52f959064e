#include "mondeq/splitting/solver.h"

#include <algorithm>
#include <limits>

#include "mondeq/nonlinearities/step_map.h"

namespace mondeq {

SolveStats Solver::Solve(MonotoneOperator& op, Direction direction, const ProxMap& prox,
                         const SplittingMethod& method, double alpha, const Tensor& b,
                         const StoppingRule& rule, const Tensor& z) {
  Iteration& iteration = op.Iterate(direction, method.multiplier(alpha), b);
  SetEnds(iteration.slot_ends());
  const Index slots = iteration.slot_ends().back();
  const Tensor& sums = sums_.Get(device_, dtype_, {2 * slots, b.columns()});
  StepMap map(&prox, alpha,
              {iteration.c(), /*q=*/{}, z, sums.Rows(0, slots), sums.Rows(slots, 2 * slots),
               /*from_zero=*/true});
  if (rule.per_sample) {
    device_.SquareColumns(b, &bias_);
  } else {
    bias_.assign(1, device_.Dot(b, b));
  }
  const int every =
      rule.check_every > 0 ? rule.check_every : static_cast<int>(device_.iterations_per_check());
  StoppingTest test(rule);
  bool done = false;
  for (int k = 0; !done; ++k) {
    const PointwiseStep step = method.At(k, alpha);
    const int unseen = k + 1 - test.iterations();
    const bool look = step.prox && (unseen >= every || k + 1 >= rule.max_iterations);
    if (step.uses_memory() && !map.has_memory()) {
      map.set_memory(q_.Get(device_, dtype_, b.shape()));
      // The first step counts q as zero, whatever it holds.
      if (k > 0) device_.Fill(0, q_.get());
    }
    map.set_step(step);
    // The steps before, at which nobody looked, have left their sums.
    if (look) device_.Fill(0, sums);
    if (k == 0) {
      iteration.Place(map);
      map.set_from_zero(false);
    } else {
      iteration.Step(map);
    }
    if (look) done = test.Done(Quantity(rule), unseen);
  }
  return {test.iterations(), test.last(), test.termination()};
}

void Solver::SetEnds(const std::vector<Index>& slot_ends) {
  ends_ = slot_ends;
  for (Index end : slot_ends) ends_.push_back(slot_ends.back() + end);
}

double Solver::Quantity(const StoppingRule& rule) {
  device_.SumColumnsOf(sums_.get(), ends_, &tier_sums_);
  const std::size_t tiers = tier_sums_.size() / 2;
  change_sums_.resize(tiers);
  size_sums_.resize(tiers);
  for (std::size_t i = 0; i < tiers; ++i) {
    change_sums_[i].swap(tier_sums_[i]);
    size_sums_[i].swap(tier_sums_[tiers + i]);
  }
  return RelativeChange(change_sums_, size_sums_, rule.per_sample, bias_);
}

StoppingRule MakeStoppingRule(const SplittingConfig& config, DType dtype) {
  StoppingRule rule;
  rule.tolerance = config.tolerance();
  rule.max_iterations = static_cast<int>(config.max_iterations());
  rule.check_every = static_cast<int>(config.check_every());
  rule.per_sample = config.criterion() == SplittingConfig::RELATIVE_CHANGE_PER_SAMPLE;
  rule.epsilon = dtype == DType::kFloat32 ? std::numeric_limits<float>::epsilon()
                                          : std::numeric_limits<double>::epsilon();
  return rule;
}

}  // namespace mondeq
