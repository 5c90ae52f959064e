#include "mondeq/splitting/certified_solver.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "mondeq/device/columns.h"

namespace mondeq {

const SolveStats& CertifiedSolver::Solve(const Certifier::Problem& problem,
                                         const SplittingMethod& method, const StoppingRule& rule,
                                         const Tensor& z, const Tensor& p, Start start) {
  Begin(rule, static_cast<std::size_t>(z.columns()));
  // They are there before they are needed, so that later solves allocate nothing.
  const Tensor& best = best_.Get(device_, dtype_, z.shape());
  mask_.Get(device_, DType::kUInt8, {z.columns()});
  const auto any_open = [&] {
    return std::any_of(samples_.begin(), samples_.end(), [](const Sample& s) { return s.open; });
  };
  for (bool first = true; any_open(); first = false) {
    if (!first) device_.Copy(z, best);
    const SolveStats& round = solver_.Solve(problem.op, Direction::kForward, problem.prox, method,
                                            problem.alpha, problem.b, NextRound(rule), z, p, start);
    Certificate found = certifier_.Certify(problem, rule.tolerance, p, z);
    if (first) {
      certificate_ = std::move(found);
    } else {
      KeepBetter(found, z);
    }
    Judge(rule, round);
    start = Start::kGiven;
  }
  Report();
  return stats_;
}

void CertifiedSolver::Begin(const StoppingRule& rule, std::size_t batch) {
  samples_.assign(batch, Sample());
  for (Sample& sample : samples_) sample.tolerance = rule.tolerance;
}

StoppingRule CertifiedSolver::NextRound(const StoppingRule& rule) const {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  StoppingRule round = rule;
  round.criterion = Criterion::kRelativeError;
  round.tolerance = kInfinity;
  round.max_iterations = 0;
  for (const Sample& sample : samples_) {
    const SampleLimits own =
        sample.open ? SampleLimits{sample.tolerance, rule.max_iterations - sample.stats.iterations}
                    : SampleLimits{kInfinity, rule.max_iterations};
    if (rule.per_sample) round.limits.push_back(own);
    if (!sample.open) continue;
    round.tolerance = std::min(round.tolerance, own.tolerance);
    round.max_iterations = std::max(round.max_iterations, own.max_iterations);
  }
  return round;
}

void CertifiedSolver::KeepBetter(const Certificate& found, const Tensor& z) {
  std::vector<std::uint8_t> kept(samples_.size(), 0);
  for (std::size_t l = 0; l < samples_.size(); ++l) {
    Certificate& best = certificate_;
    const bool better = found.relative_error[l] < best.relative_error[l];
    kept[l] = samples_[l].open && better ? 0 : 1;
    if (!samples_[l].open) continue;
    best.rounding[l] = std::min(best.rounding[l], found.rounding[l]);
    if (!better) continue;
    best.residual[l] = found.residual[l];
    best.error_bound[l] = found.error_bound[l];
    best.relative_error[l] = found.relative_error[l];
  }
  TakeColumns(device_, kept, mask_.get(), best_.get(), z);
}

void CertifiedSolver::Judge(const StoppingRule& rule, const SolveStats& round) {
  constexpr double kLeast = 2;
  for (std::size_t l = 0; l < samples_.size(); ++l) {
    Sample& sample = samples_[l];
    if (sample.open || !rule.per_sample) sample.stats.iterations += round.samples[l].iterations;
    sample.stats.quantity = certificate_.relative_error[l];
    if (sample.stats.quantity <= rule.tolerance) {
      sample.open = false;
      sample.stats.termination = Termination::kConverged;
    }
    if (!sample.open) continue;
    sample.stats.termination = StateOf(l, rule, round);
    sample.open = sample.stats.termination == Termination::kConverged;
    const double rounding = certificate_.rounding[l];
    sample.tolerance /=
        std::max(kLeast, (sample.stats.quantity - rounding) / (rule.tolerance - rounding));
  }
}

Termination CertifiedSolver::StateOf(std::size_t l, const StoppingRule& rule,
                                     const SolveStats& round) const {
  if (round.samples[l].termination != Termination::kConverged) return round.samples[l].termination;
  if (!(certificate_.rounding[l] < rule.tolerance)) return Termination::kStagnated;
  const bool spent = samples_[l].stats.iterations >= rule.max_iterations;
  // A sample that is not finite ends its batch.
  return spent || round.termination == Termination::kNonFinite ? Termination::kMaxIterations
                                                               : Termination::kConverged;
}

void CertifiedSolver::Report() {
  stats_ = SolveStats();
  for (const Sample& sample : samples_) {
    stats_.iterations = std::max(stats_.iterations, sample.stats.iterations);
    stats_.quantity = std::max(stats_.quantity, sample.stats.quantity);
    stats_.termination = Worse(stats_.termination, sample.stats.termination);
    stats_.samples.push_back(sample.stats);
  }
}

}  // namespace mondeq
