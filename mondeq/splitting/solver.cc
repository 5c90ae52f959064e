#include "mondeq/splitting/solver.h"

#include <algorithm>
#include <limits>

#include "mondeq/nonlinearities/step_map.h"

namespace mondeq {

SolveStats Solver::Solve(MonotoneOperator& op, Direction direction, const ProxMap& prox,
                         const SplittingMethod& method, double alpha, const Tensor& b,
                         const StoppingRule& rule, const Tensor& z) {
  const PointwiseStep step = method.pointwise(alpha);
  SetEnds(op);
  const Index slots = ends_.back() / 2;
  const Tensor& sums = sums_.Get(device_, dtype_, {2 * slots, b.columns()});
  StepArrays arrays;
  arrays.z = z;
  arrays.change = sums.Rows(0, slots);
  arrays.size = sums.Rows(slots, 2 * slots);
  arrays.c = op.Start(direction, method.multiplier(alpha), b);
  arrays.from_zero = true;
  if (step.keep != 0) arrays.u = u_.Get(device_, dtype_, b.shape());
  StepMap map(&prox, step, arrays);
  if (rule.per_sample) {
    device_.SquareColumns(b, &bias_);
  } else {
    bias_.assign(1, device_.Dot(b, b));
  }
  const int every =
      rule.check_every > 0 ? rule.check_every : static_cast<int>(device_.iterations_per_check());
  StoppingTest test(rule);
  bool done = false;
  while (!done) {
    const int steps = std::min(every, std::max(rule.max_iterations - test.iterations(), 1));
    for (int i = 0; i < steps; ++i) {
      // What is looked at is the last step's.
      if (i + 1 == steps) device_.Fill(0, sums);
      op.Step(map);
      map.FirstStepIsDone();
    }
    done = test.Done(Quantity(rule), steps);
  }
  return {test.iterations(), test.last(), test.termination()};
}

void Solver::SetEnds(const MonotoneOperator& op) {
  const std::size_t tiers = op.tiers().size();
  ends_.assign(2 * tiers, 0);
  for (std::size_t i = 0; i < ends_.size(); ++i)
    ends_[i] = (i > 0 ? ends_[i - 1] : 0) + op.slots(i % tiers);
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
