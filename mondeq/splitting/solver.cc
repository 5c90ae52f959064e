#include "mondeq/splitting/solver.h"

#include <algorithm>

#include "mondeq/nonlinearities/step_map.h"
#include "mondeq/splitting/placed_step.h"

namespace mondeq {
namespace {

// The rule with max_iterations at the last step of them that has a prox, as only such a step may be
// the last one. The residuals of mixed states do not fall evenly, which is no stagnation.
StoppingRule RuleFor(const StoppingRule& rule, const SplittingMethod& method, double alpha) {
  constexpr int kUneven = 20;
  StoppingRule ending = rule;
  if (method.acceleration() != nullptr) ending.patience *= kUneven;
  while (ending.max_iterations > 1 && !method.At(ending.max_iterations - 1, alpha).prox)
    --ending.max_iterations;
  return ending;
}

}  // namespace

Solver::Group::Group(const ProxMap& prox_map, const Task& task, const Tensor& bias, const Tensor& z,
                     const Tensor& argument)
    : prox(prox_map), b(bias), p(argument), map(&prox, task.alpha, StepArrays()) {
  map.arrays().z = z;
}

const SolveStats& Solver::Solve(MonotoneOperator& op, Direction direction, const ProxMap& prox,
                                const SplittingMethod& method, double alpha, const Tensor& b,
                                const StoppingRule& asked, const Tensor& z, const Tensor& p,
                                Start start) {
  const StoppingRule rule = RuleFor(asked, method, alpha);
  const Task task{op,    direction, method,
                  alpha, rule,      !p.empty() || method.acceleration() != nullptr};
  const std::size_t ends = rule.ends_by_sample() ? static_cast<std::size_t>(b.columns()) : 1;
  test_.Begin(rule, ends);
  seen_.assign(ends, Observation());
  Group all(prox, task, b, z, p);
  const Entry entry = start == Start::kZero ? Entry::kZero : Entry::kGiven;
  int k = 0;
  if (!Iterate(task, entry, &all, &k)) IterateOnTheRest(task, &all, k);
  if (!all.map.stores_z()) prox.Prox(device_, alpha, all.map.arrays().q, z);
  Report(b.columns(), rule.tolerance);
  return stats_;
}

bool Solver::Iterate(const Task& task, Entry entry, Group* group, int* k) {
  const StoppingRule& rule = task.rule;
  const bool accelerates = task.method.acceleration() != nullptr;
  const bool steady = task.method.converges_always() && !accelerates;
  const Watch::Problem problem{task.op, task.direction, group->prox, task.alpha, group->b, steady};
  const Tensor first_v = entry == Entry::kGiven ? FirstV(task, *group) : Tensor();
  Iteration& iteration =
      task.op.Iterate(task.direction, task.method.multiplier(task.alpha), group->b);
  watch_.Begin(problem, rule, iteration.slot_ends());
  StepArrays& arrays = group->map.arrays();
  arrays.c = iteration.c();
  arrays.from_zero = entry == Entry::kZero;
  watch_.Provide(&arrays);
  // It is there before it is needed, so that later solves allocate nothing.
  if (watch_.by_sample()) frozen_.Get(device_, dtype_, {group->b.columns()});
  if (entry == Entry::kResumed) Resume(task, *k, group, &iteration);
  const int every =
      rule.check_every > 0 ? rule.check_every : static_cast<int>(device_.iterations_per_check());
  if (accelerates) accelerator_.Begin(*task.method.acceleration(), group->b.shape());
  for (;; ++*k) {
    const int unseen = *k + 1 - test_.iterations();
    const bool look =
        task.method.At(*k, task.alpha).prox && (unseen >= every || *k + 1 >= rule.max_iterations);
    if (look) watch_.Clear();
    Advance(task, *k, first_v, group, &iteration);
    if (look) {
      const bool lost = watch_.Look(*k);
      const std::size_t ended = test_.ended();
      if (Done(*group, unseen)) break;
      if (lost) ScaleFromNowOn(problem, &group->map);
      if (test_.ended() > ended) {
        Freeze(group);
        if (Parts(task, *k, *group)) {
          StoreMemory(&arrays);
          ++*k;
          return false;
        }
      }
    }
    if (accelerates) Accelerate(task, *k, &group->map, &iteration);
  }
  StoreMemory(&arrays);
  return true;
}

PointwiseStep Solver::WatchedStep(const Task& task, int k) {
  PointwiseStep step = task.method.At(k, task.alpha);
  if (!task.rule.bounds_error()) {
    step.residual = PointwiseStep::kChange;
    step.second_residual = {};
    // A memory that was for the residual alone is none now.
    const bool needed = step.needs_memory() || task.method.At(k + 1, task.alpha).needs_memory();
    if (!needed) step.memory = {};
  }
  return step;
}

PointwiseStep Solver::StepOf(const Task& task, int k) {
  PointwiseStep step = WatchedStep(task, k);
  if (task.keeps_p && !step.uses_memory()) step.memory = PointwiseStep::kArgument;
  return step;
}

void Solver::Advance(const Task& task, int k, const Tensor& first_v, Group* group,
                     Iteration* iteration) {
  StepMap& map = group->map;
  StepArrays& arrays = map.arrays();
  PointwiseStep step = StepOf(task, k);
  const bool given = k == 0 && !first_v.empty();
  if (given) step = StepFromGiven(step, task.method.multiplier(task.alpha).is_resolvent());
  if (KindOf(step) != StepKind::kTracking) StoreMemory(&arrays);
  Provide(step, k, group);
  if (given) device_.Copy(first_v, arrays.q);
  map.set_step(step);
  if (k == 0) {
    iteration->Place(map);
    if (map.leaves_q_in_c()) arrays.q_of_c = step.argument.v;
    arrays.from_zero = false;
  } else {
    iteration->Step(map);
    arrays.q_of_c = 0;
  }
}

void Solver::Accelerate(const Task& task, int k, StepMap* map, Iteration* iteration) {
  StoreMemory(&map->arrays());
  const auto frozen = [this](std::size_t sample) {
    return watch_.by_sample() && test_.has_ended(sample);
  };
  // The last iteration is not one of a state that nobody has tested.
  const bool may_mix = k + 2 < task.rule.max_iterations;
  if (!accelerator_.Advance(frozen, may_mix, map->arrays().q)) return;
  PointwiseStep step = StepOf(task, k);
  step.argument = {0, 1, 0, 0, 0};
  map->set_step(step);
  iteration->Place(*map);
}

const Tensor& Solver::FirstV(const Task& task, const Group& group) {
  const Multiplier multiplier = task.method.multiplier(task.alpha);
  const Multiplier first = multiplier.is_resolvent() ? (1 - multiplier.alpha) * multiplier::I +
                                                           multiplier.alpha * multiplier::W
                                                     : multiplier;
  const Tensor& v = v_.Get(device_, dtype_, group.b.shape());
  task.op.Multiply(task.direction, first, group.map.arrays().z, v);
  device_.Axpby(first.factor, group.b, 1, v);
  return v;
}

bool Solver::Done(const Group& group, int iterations) {
  const std::vector<Observation>& seen = watch_.seen();
  if (group.samples.empty()) return test_.Done(seen, iterations);
  for (std::size_t i = 0; i < seen.size(); ++i)
    seen_[static_cast<std::size_t>(group.samples[i])] = seen[i];
  return test_.Done(seen_, iterations);
}

void Solver::StoreMemory(StepArrays* arrays) {
  if (arrays->q_of_c == 0) return;
  device_.Axpby(arrays->q_of_c, arrays->c, 0, arrays->q);
  arrays->q_of_c = 0;
}

void Solver::Freeze(Group* group) {
  ended_.resize(static_cast<std::size_t>(group->b.columns()));
  for (std::size_t i = 0; i < ended_.size(); ++i) {
    const std::size_t sample =
        group->samples.empty() ? i : static_cast<std::size_t>(group->samples[i]);
    ended_[i] = test_.has_ended(sample) ? 1 : 0;
  }
  to_device_.CopyTo(device_, ended_, frozen_.get());
  group->map.arrays().frozen = frozen_.get();
}

void Solver::Report(Index batch, double tolerance) {
  const std::vector<SampleStats>& samples = test_.samples();
  stats_.iterations = test_.iterations();
  stats_.quantity = 0;
  stats_.termination = Termination::kConverged;
  for (const SampleStats& sample : samples) {
    stats_.quantity = std::max(stats_.quantity, sample.quantity);
    stats_.termination = Worse(stats_.termination, sample.termination);
  }
  stats_.samples.assign(samples.begin(), samples.end());
  stats_.samples.resize(static_cast<std::size_t>(batch), samples.front());
  // Where samples ended together, the others did not end as the worst of them did.
  const std::vector<Observation>& each = watch_.each();
  for (std::size_t i = 0; i < each.size(); ++i) {
    SampleStats& sample = stats_.samples[i];
    sample.quantity = each[i].quantity;
    if (each[i].quantity <= tolerance) sample.termination = Termination::kConverged;
  }
}

void Solver::Provide(const PointwiseStep& step, int k, Group* group) {
  StepArrays* arrays = &group->map.arrays();
  const Tensor& p = group->p;
  const StepKind kind = arrays->scale.empty() ? KindOf(step) : StepKind::kGeneral;
  if (kind == StepKind::kForgetful) return;
  // Where q is p one array serves for both and, where z is not stored, for all three.
  if (kind == StepKind::kGeneral && !step.remembers_argument())
    arrays->p = step.prox ? p : Tensor();
  if (!arrays->q.empty()) return;
  if (step.remembers_argument() && !p.empty()) {
    arrays->q = p;
  } else if (kind == StepKind::kTracking) {
    arrays->q = arrays->z;
  } else {
    arrays->q = q_.Get(device_, dtype_, arrays->z.shape());
  }
  // The first step counts q as zero, whatever it holds.
  if (k > 0) device_.Fill(0, arrays->q);
}

void Solver::ScaleFromNowOn(const Watch::Problem& problem, StepMap* map) {
  StepArrays& arrays = map->arrays();
  StoreMemory(&arrays);
  if (!map->stores_z()) {
    if (arrays.q.raw() == arrays.z.raw()) {
      const Tensor& q = q_.Get(device_, dtype_, arrays.z.shape());
      device_.Copy(arrays.q, q);
      arrays.q = q;
    }
    problem.prox.Prox(device_, problem.alpha, arrays.q, arrays.z);
  }
  arrays.scale = watch_.MeasureScale(problem);
}

StoppingRule MakeStoppingRule(const SplittingConfig& config, DType dtype) {
  StoppingRule rule;
  rule.tolerance = config.tolerance();
  rule.max_iterations = static_cast<int>(config.max_iterations());
  rule.check_every = static_cast<int>(config.check_every());
  switch (config.criterion()) {
    case SplittingConfig::RELATIVE_CHANGE:
      rule.criterion = Criterion::kRelativeChange;
      break;
    case SplittingConfig::RELATIVE_CHANGE_PER_SAMPLE:
      rule.criterion = Criterion::kRelativeChangePerSample;
      break;
    case SplittingConfig::RELATIVE_ERROR:
      rule.criterion = Criterion::kRelativeError;
      break;
    case SplittingConfig::CERTIFIED_ERROR:
      rule.criterion = Criterion::kCertifiedError;
      break;
  }
  rule.per_sample = config.stopping() == SplittingConfig::PER_SAMPLE;
  rule.epsilon = LimitsOf(dtype).epsilon;
  return rule;
}

}  // namespace mondeq
