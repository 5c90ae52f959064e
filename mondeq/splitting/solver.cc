#include "mondeq/splitting/solver.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "mondeq/device/norm.h"
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

// The rule with max_iterations at the last step of them that has a prox, as only such a step may be
// the last one.
StoppingRule EndingAtAProx(const StoppingRule& rule, const SplittingMethod& method, double alpha) {
  StoppingRule ending = rule;
  while (ending.max_iterations > 1 && !method.At(ending.max_iterations - 1, alpha).prox)
    --ending.max_iterations;
  return ending;
}

// What is seen where nothing is known.
constexpr Observation kUnknown{std::numeric_limits<double>::infinity(), 0, true};

// Whether every sample ends for itself.
bool EndsBySample(const StoppingRule& rule) {
  return rule.per_sample && rule.criterion != Criterion::kRelativeChange;
}

// The worst that was seen.
Observation Worst(const std::vector<Observation>& seen) {
  Observation worst;
  for (const Observation& one : seen) {
    worst.finite = worst.finite && one.finite;
    if (one.quantity > worst.quantity) worst = {one.quantity, one.rounding, worst.finite};
  }
  return worst;
}

// The share of the largest sample below which others are not told from rounding, at a relative
// error of the rule's tolerance: a few dozen roundings of the largest.
double ShareOfRounding(const StoppingRule& rule) {
  constexpr double kRoundings = 64, kMost = 0.1;
  return std::min(kMost, kRoundings * rule.epsilon / rule.tolerance);
}

}  // namespace

const SolveStats& Solver::Solve(MonotoneOperator& op, Direction direction, const ProxMap& prox,
                                const SplittingMethod& method, double alpha, const Tensor& b,
                                const StoppingRule& asked, const Tensor& z, const Tensor& p) {
  const StoppingRule rule = EndingAtAProx(asked, method, alpha);
  Iteration& iteration = op.Iterate(direction, method.multiplier(alpha), b);
  SetEnds(iteration.slot_ends());
  const Index slots = iteration.slot_ends().back();
  const Tensor& sums = sums_.Get(device_, dtype_, {2 * slots, b.columns()});
  // Backward the gradients of samples that are nearly certain are far below those of others, whose
  // rounding they are lost in: they must not keep these from ending.
  const double share =
      direction == Direction::kAdjoint && op.rounds_by_batch() ? ShareOfRounding(rule) : 0;
  const Watch watch{rule, prox, b, {alpha, op.m(), rule.epsilon, share}};
  BeginWatch(watch);
  if (direction == Direction::kForward && rule.criterion == Criterion::kRelativeError)
    op.FindRounding(&bias_);
  StepArrays arrays;
  arrays.c = iteration.c();
  arrays.z = z;
  arrays.residual = sums.Rows(0, slots);
  arrays.size = sums.Rows(slots, 2 * slots);
  arrays.from_zero = true;
  StepMap map(&prox, alpha, arrays);
  const int every =
      rule.check_every > 0 ? rule.check_every : static_cast<int>(device_.iterations_per_check());
  const bool by_sample = EndsBySample(rule);
  each_.clear();
  test_.Begin(rule, by_sample ? static_cast<std::size_t>(b.columns()) : 1);
  // It is there before it is needed, so that later solves allocate nothing.
  if (by_sample) frozen_.Get(device_, dtype_, {b.columns()});
  bool done = false;
  for (int k = 0; !done; ++k) {
    const PointwiseStep step = WatchedStep(method, k, alpha, rule, !p.empty());
    const int unseen = k + 1 - test_.iterations();
    const bool look = step.prox && (unseen >= every || k + 1 >= rule.max_iterations);
    if (KindOf(step) != StepKind::kTracking) StoreMemory(&map.arrays());
    Provide(step, k, p, &map.arrays());
    map.set_step(step);
    // The steps before, at which nobody looked, have left their sums.
    if (look) device_.Fill(0, sums);
    if (k == 0) {
      iteration.Place(map);
      if (map.leaves_q_in_c()) map.arrays().q_of_c = step.argument.v;
      map.arrays().from_zero = false;
    } else {
      iteration.Step(map);
      map.arrays().q_of_c = 0;
    }
    if (!look) continue;
    const bool lost = Observe(watch, k);
    const std::size_t ended = test_.ended();
    done = test_.Done(seen_, unseen);
    if (lost && !done) ScaleFromNowOn(watch, &map);
    if (test_.ended() > ended && !done) Freeze(&map.arrays());
  }
  StoreMemory(&map.arrays());
  if (!map.stores_z()) prox.Prox(device_, alpha, map.arrays().q, z);
  Report(b.columns(), rule.tolerance);
  return stats_;
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
  for (std::size_t i = 0; i < each_.size(); ++i) {
    SampleStats& sample = stats_.samples[i];
    sample.quantity = each_[i].quantity;
    if (each_[i].quantity <= tolerance) sample.termination = Termination::kConverged;
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

void Solver::SetEnds(const std::vector<Index>& slot_ends) {
  ends_ = slot_ends;
  for (Index end : slot_ends) ends_.push_back(slot_ends.back() + end);
}

void Solver::BeginWatch(const Watch& watch) {
  zero_.clear();
  switch (watch.rule.criterion) {
    case Criterion::kRelativeChange:
      return bias_.assign(1, device_.Dot(watch.b, watch.b));
    case Criterion::kRelativeChangePerSample:
      return device_.SquareColumns(watch.b, &bias_);
    case Criterion::kRelativeError:
      ColumnNorms(device_, watch.b, &bias_);
      break;
  }
  // What p and c lose below the least number is as if so large a bias had been rounded.
  const double lost = LimitsOf(dtype_).least * std::sqrt(static_cast<double>(watch.b.rows()));
  for (double& bias : bias_) bias += lost / (watch.scale.epsilon * watch.scale.alpha);
}

void Solver::ScaleFromNowOn(const Watch& watch, StepMap* map) {
  StepArrays& arrays = map->arrays();
  StoreMemory(&arrays);
  if (!map->stores_z()) {
    if (arrays.q.raw() == arrays.z.raw()) {
      const Tensor& q = q_.Get(device_, dtype_, arrays.z.shape());
      device_.Copy(arrays.q, q);
      arrays.q = q;
    }
    watch.prox.Prox(device_, watch.scale.alpha, arrays.q, arrays.z);
  }
  MeasureScale(watch);
  arrays.scale = scale_.get();
}

void Solver::Collect() {
  device_.SumColumnsOf(sums_.get(), ends_, &tier_sums_);
  const std::size_t tiers = tier_sums_.size() / 2;
  residual_sums_.resize(tiers);
  size_sums_.resize(tiers);
  for (std::size_t i = 0; i < tiers; ++i) {
    residual_sums_[i].swap(tier_sums_[i]);
    size_sums_[i].swap(tier_sums_[tiers + i]);
  }
}

bool Solver::Observe(const Watch& watch, int k) {
  Collect();
  bool lost = false;
  const std::size_t batch = size_sums_.front().size();
  const auto changed = [&](double change) {
    const bool finite = std::isfinite(change);
    return Observation{finite ? change : kUnknown.quantity, watch.rule.epsilon, finite};
  };
  switch (watch.rule.criterion) {
    case Criterion::kRelativeChange:
      seen_.assign(1, changed(RelativeChange(residual_sums_, size_sums_, bias_)));
      return false;
    case Criterion::kRelativeChangePerSample:
      seen_.resize(batch);
      for (std::size_t i = 0; i < batch; ++i)
        seen_[i] = changed(RelativeChange(residual_sums_, size_sums_, i, bias_[i]));
      break;
    case Criterion::kRelativeError:
      RelativeErrors(residual_sums_, size_sums_, bias_, zero_, watch.scale, &seen_);
      lost = zero_.empty() && ForgetLostSquares(watch);
      // The first step has nothing to compare with: z = q = 0 need not be a pair of z and p.
      for (Observation& one : seen_) {
        if (k == 0 && one.finite) one = kUnknown;
      }
      break;
  }
  if (test_.samples().size() < batch) {
    each_.swap(seen_);
    seen_.assign(1, Worst(each_));
  }
  return lost;
}

bool Solver::ForgetLostSquares(const Watch& watch) {
  const FloatLimits limits = LimitsOf(dtype_);
  // Residuals of a hundredth of the tolerance and of 1e5 times the size are to be seen.
  const double tolerance = std::max(watch.rule.tolerance, 1e-16) * 1e-2;
  const double least = limits.least / (tolerance * tolerance), most = limits.most * 1e-10;
  const auto size_of = [&](std::size_t sample) {
    double size = 0;
    for (const std::vector<double>& tier : size_sums_) size += tier[sample];
    return size;
  };
  double largest = 0;
  for (std::size_t sample = 0; sample < seen_.size(); ++sample)
    largest = std::max(largest, size_of(sample));
  bool lost = false;
  for (std::size_t sample = 0; sample < seen_.size(); ++sample) {
    if (!seen_[sample].finite) continue;
    const double size = watch.by_batch() ? largest : size_of(sample);
    if (size >= least && size <= most) continue;
    seen_[sample] = kUnknown;
    lost = true;
  }
  return lost;
}

// ||sigma(b)|| is within a factor of 1 + ||W|| max(1, 1/m) of ||z*||: sigma does not expand, so
// that ||z* - sigma(b)|| <= ||W z*||; and sigma(b) is within ||W sigma(b)|| / m of z*
// (certificate.h). Where it is 0 what is not yet zero is seen beside a small b.
void Solver::MeasureScale(const Watch& watch) {
  const Tensor& layer = layer_.Get(device_, dtype_, watch.b.shape());
  watch.prox.Prox(device_, 1, watch.b, layer);
  ColumnNorms(device_, layer, &layer_norms_);
  zero_.assign(layer_norms_.size(), false);
  const double largest = *std::max_element(layer_norms_.begin(), layer_norms_.end());
  // A scale below the least normal number would count as zero.
  const FloatLimits limits = LimitsOf(dtype_);
  DispatchFloat(dtype_, [&](auto type) {
    using T = decltype(type);
    std::vector<T> scale(layer_norms_.size(), T{1});
    for (std::size_t sample = 0; sample < scale.size(); ++sample) {
      zero_[sample] = layer_norms_[sample] == 0;
      const double own = zero_[sample] ? std::min(1.0, bias_[sample]) : layer_norms_[sample];
      const double size = watch.by_batch() ? largest : own;
      if (!std::isfinite(size) || size == 0) continue;
      scale[sample] =
          static_cast<T>(std::min(std::max(1 / size, 2 * limits.least), limits.most / 4));
      bias_[sample] *= static_cast<double>(scale[sample]);
    }
    const bool single = scale.size() == 1;
    const Tensor& all = scale_.Get(device_, dtype_, {single ? watch.b.rows() : watch.b.columns()});
    if (single) {
      device_.Fill(scale.front(), all);
    } else {
      device_.CopyFromHost(scale.data(), all);
    }
  });
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
