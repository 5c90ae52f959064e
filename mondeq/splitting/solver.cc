#include "mondeq/splitting/solver.h"

#include <algorithm>
#include <cstring>

#include "mondeq/nonlinearities/step_map.h"

namespace mondeq {
namespace {

// The method's step, with the residual that the rule watches. `keeps_p` tells whether p is asked
// for.
PointwiseStep WatchedStep(const SplittingMethod& method, int k, double alpha,
                          const StoppingRule& rule, bool keeps_p) {
  PointwiseStep step = method.At(k, alpha);
  if (rule.criterion != Criterion::kRelativeError) {
    step.residual = PointwiseStep::kChange;
    step.second_residual = {};
    // A memory that was for the residual alone is none now.
    if (!step.needs_memory() && !method.At(k + 1, alpha).needs_memory()) step.memory = {};
  }
  if (keeps_p && !step.uses_memory()) step.memory = PointwiseStep::kArgument;
  return step;
}

// The first step from a state that is given, with v in the place of q: where an iteration is placed
// there is no M r. What q would be is v where the method remembers arguments, and the state else.
PointwiseStep StepFromQ(PointwiseStep step, bool remembers_v) {
  const auto from_q = [&](const LinearForm& form) {
    const double own = remembers_v ? form.q : 0;
    return LinearForm{0, form.v + own, form.z + form.q - own, form.p, form.z_next};
  };
  step.argument = from_q(step.argument);
  step.memory = from_q(step.memory);
  step.next = from_q(step.next);
  step.residual = from_q(step.residual);
  step.second_residual = from_q(step.second_residual);
  return step;
}

// The rule with max_iterations at the last step of them that has a prox, as only such a step may be
// the last one.
StoppingRule EndingAtAProx(const StoppingRule& rule, const SplittingMethod& method, double alpha) {
  StoppingRule ending = rule;
  while (ending.max_iterations > 1 && !method.At(ending.max_iterations - 1, alpha).prox)
    --ending.max_iterations;
  return ending;
}

}  // namespace

const SolveStats& Solver::Solve(MonotoneOperator& op, Direction direction, const ProxMap& prox,
                                const SplittingMethod& method, double alpha, const Tensor& b,
                                const StoppingRule& asked, const Tensor& z, const Tensor& p,
                                Start start) {
  const StoppingRule rule = EndingAtAProx(asked, method, alpha);
  const Watch::Problem problem{op, direction, prox, alpha, b};
  const Multiplier multiplier = method.multiplier(alpha);
  const Tensor first_v =
      start == Start::kGiven ? FirstV(op, direction, multiplier, b, z) : Tensor();
  Iteration& iteration = op.Iterate(direction, multiplier, b);
  watch_.Begin(problem, rule, iteration.slot_ends());
  StepArrays arrays;
  arrays.c = iteration.c();
  arrays.z = z;
  arrays.from_zero = start == Start::kZero;
  watch_.Provide(&arrays);
  StepMap map(&prox, alpha, arrays);
  const int every =
      rule.check_every > 0 ? rule.check_every : static_cast<int>(device_.iterations_per_check());
  test_.Begin(rule, watch_.by_sample() ? static_cast<std::size_t>(b.columns()) : 1);
  // It is there before it is needed, so that later solves allocate nothing.
  if (watch_.by_sample()) frozen_.Get(device_, dtype_, {b.columns()});
  bool done = false;
  for (int k = 0; !done; ++k) {
    PointwiseStep step = WatchedStep(method, k, alpha, rule, !p.empty());
    const bool given = k == 0 && start == Start::kGiven;
    if (given) step = StepFromQ(step, multiplier.is_resolvent());
    const int unseen = k + 1 - test_.iterations();
    const bool look = step.prox && (unseen >= every || k + 1 >= rule.max_iterations);
    if (KindOf(step) != StepKind::kTracking) StoreMemory(&map.arrays());
    Provide(step, k, p, &map.arrays());
    if (given) device_.Copy(first_v, map.arrays().q);
    map.set_step(step);
    if (look) watch_.Clear();
    if (k == 0) {
      iteration.Place(map);
      if (map.leaves_q_in_c()) map.arrays().q_of_c = step.argument.v;
      map.arrays().from_zero = false;
    } else {
      iteration.Step(map);
      map.arrays().q_of_c = 0;
    }
    if (!look) continue;
    const bool lost = watch_.Look(k);
    const std::size_t ended = test_.ended();
    done = test_.Done(watch_.seen(), unseen);
    if (lost && !done) ScaleFromNowOn(problem, &map);
    if (test_.ended() > ended && !done) Freeze(&map.arrays());
  }
  StoreMemory(&map.arrays());
  if (!map.stores_z()) prox.Prox(device_, alpha, map.arrays().q, z);
  Report(b.columns(), rule.tolerance);
  return stats_;
}

const Tensor& Solver::FirstV(MonotoneOperator& op, Direction direction,
                             const Multiplier& multiplier, const Tensor& b, const Tensor& z) {
  const double alpha = multiplier.alpha;
  const Multiplier first =
      multiplier.is_resolvent() ? (1 - alpha) * multiplier::I + alpha * multiplier::W : multiplier;
  const Tensor& v = v_.Get(device_, dtype_, b.shape());
  op.Multiply(direction, first, z, v);
  device_.Axpby(first.factor, b, 1, v);
  return v;
}

void Solver::StoreMemory(StepArrays* arrays) {
  if (arrays->q_of_c == 0) return;
  device_.Axpby(arrays->q_of_c, arrays->c, 0, arrays->q);
  arrays->q_of_c = 0;
}

void Solver::Freeze(StepArrays* arrays) {
  const std::size_t batch = test_.samples().size();
  DispatchFloat(dtype_, [&](auto type) {
    using T = decltype(type);
    bytes_.resize(batch * sizeof(T));
    for (std::size_t sample = 0; sample < batch; ++sample) {
      const T frozen = test_.has_ended(sample) ? T{1} : T{0};
      std::memcpy(&bytes_[sample * sizeof(T)], &frozen, sizeof(T));
    }
    device_.CopyFromHost(bytes_.data(), frozen_.get());
  });
  arrays->frozen = frozen_.get();
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

void Solver::Provide(const PointwiseStep& step, int k, const Tensor& p, StepArrays* arrays) {
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
  }
  rule.per_sample = config.stopping() == SplittingConfig::PER_SAMPLE;
  rule.epsilon = LimitsOf(dtype).epsilon;
  return rule;
}

}  // namespace mondeq
