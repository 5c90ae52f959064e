#include "mondeq/splitting/solver.h"

#include <cmath>
#include <limits>

namespace mondeq {
namespace {

// Binds the pointwise half of a method to its arrays.
class StepMap final : public BlockMap {
 public:
  StepMap(const ProxMap& prox, const PointwiseStep& step, const StepArrays& arrays)
      : prox_(prox), step_(step), arrays_(arrays) {}

  void operator()(const Block& block) const override { prox_.Step(step_, arrays_, block); }
  void FirstStepIsDone() { arrays_.from_zero = false; }

 private:
  const ProxMap& prox_;
  const PointwiseStep& step_;
  StepArrays arrays_;
};

}  // namespace

SolveStats Solver::Solve(MonotoneOperator& op, Direction direction, const ProxMap& prox,
                         const SplittingMethod& method, double alpha, const Tensor& b,
                         const StoppingRule& rule, const Tensor& z) {
  const PointwiseStep step = method.pointwise(alpha);
  Index slots = 0;
  for (std::size_t i = 0; i < op.tiers().size(); ++i) slots += op.slots(i);
  const Shape sums{slots, b.columns()};
  StepArrays arrays;
  arrays.z = z;
  arrays.change = change_.Get(device_, dtype_, sums);
  arrays.size = size_.Get(device_, dtype_, sums);
  arrays.c = op.Start(direction, method.multiplier(alpha), b);
  arrays.from_zero = true;
  if (step.keep != 0) arrays.u = u_.Get(device_, dtype_, b.shape());
  StepMap map(prox, step, arrays);
  if (rule.per_sample) {
    device_.SquareColumns(b, &bias_);
  } else {
    bias_.assign(1, device_.Dot(b, b));
  }
  StoppingTest test(rule);
  bool done = false;
  while (!done) {
    device_.Fill(0, arrays.change);
    device_.Fill(0, arrays.size);
    op.Step(map);
    map.FirstStepIsDone();
    SumTiers(op, arrays.change, &change_sums_);
    SumTiers(op, arrays.size, &size_sums_);
    done = test.Done(RelativeChange(change_sums_, size_sums_, rule.per_sample, bias_));
  }
  return {test.iterations(), test.last(), test.termination()};
}

void Solver::SumTiers(const MonotoneOperator& op, const Tensor& slots, SquareSums* sums) {
  sums->resize(op.tiers().size());
  Index begin = 0;
  for (std::size_t i = 0; i < sums->size(); ++i) {
    const Index end = begin + op.slots(i);
    device_.SumColumns(slots.Rows(begin, end), &(*sums)[i]);
    begin = end;
  }
}

StoppingRule MakeStoppingRule(const SplittingConfig& config, DType dtype) {
  StoppingRule rule;
  rule.tolerance = config.tolerance();
  rule.max_iterations = static_cast<int>(config.max_iterations());
  rule.per_sample = config.criterion() == SplittingConfig::RELATIVE_CHANGE_PER_SAMPLE;
  rule.epsilon = dtype == DType::kFloat32 ? std::numeric_limits<float>::epsilon()
                                          : std::numeric_limits<double>::epsilon();
  return rule;
}

}  // namespace mondeq
