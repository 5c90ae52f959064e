#include "mondeq/splitting/watch.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mondeq/device/norm.h"

namespace mondeq {
namespace {

// What is seen where nothing is known.
constexpr Observation kUnknown{std::numeric_limits<double>::infinity(), 0, true};

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

void Watch::Begin(const Problem& problem, const StoppingRule& rule,
                  const std::vector<Index>& slot_ends) {
  rule_ = rule;
  // Backward the gradients of samples that are nearly certain are far below those of others, whose
  // rounding they are lost in: they must not keep these from ending.
  const bool rounded_by_others =
      problem.direction == Direction::kAdjoint && problem.op.rounds_by_batch() && problem.steady;
  scale_ = {problem.alpha, problem.op.m(), rule.epsilon,
            rounded_by_others ? ShareOfRounding(rule) : 0};
  ends_ = slot_ends;
  for (Index end : slot_ends) ends_.push_back(slot_ends.back() + end);
  sums_.Get(device_, dtype_, {ends_.back(), problem.b.columns()});
  each_.clear();
  zero_.clear();
  MeasureBias(problem);
}

void Watch::MeasureBias(const Problem& problem) {
  switch (rule_.criterion) {
    case Criterion::kRelativeChange:
      return bias_.assign(1, device_.Dot(problem.b, problem.b));
    case Criterion::kRelativeChangePerSample:
      return device_.SquareColumns(problem.b, &bias_);
    case Criterion::kRelativeError:
    case Criterion::kCertifiedError:
      ColumnNorms(device_, problem.b, &bias_);
      break;
  }
  // What p and c lose below the least number is as if so large a bias had been rounded.
  const double lost = LimitsOf(dtype_).least * std::sqrt(static_cast<double>(problem.b.rows()));
  for (double& bias : bias_) bias += lost / (scale_.epsilon * scale_.alpha);
  if (problem.direction == Direction::kForward) problem.op.FindRounding(&bias_);
}

void Watch::Provide(StepArrays* arrays) const {
  const Index slots = ends_.back() / 2;
  arrays->residual = sums_.get().Rows(0, slots);
  arrays->size = sums_.get().Rows(slots, 2 * slots);
}

void Watch::Collect() {
  device_.SumColumnsOf(sums_.get(), ends_, &tier_sums_);
  const std::size_t tiers = tier_sums_.size() / 2;
  residual_sums_.resize(tiers);
  size_sums_.resize(tiers);
  for (std::size_t i = 0; i < tiers; ++i) {
    residual_sums_[i].swap(tier_sums_[i]);
    size_sums_[i].swap(tier_sums_[tiers + i]);
  }
}

bool Watch::Look(int k) {
  Collect();
  bool lost = false;
  const std::size_t batch = size_sums_.front().size();
  const auto changed = [&](double change) {
    const bool finite = std::isfinite(change);
    return Observation{finite ? change : kUnknown.quantity, rule_.epsilon, finite};
  };
  switch (rule_.criterion) {
    case Criterion::kRelativeChange:
      seen_.assign(1, changed(RelativeChange(residual_sums_, size_sums_, bias_)));
      return false;
    case Criterion::kRelativeChangePerSample:
      seen_.resize(batch);
      for (std::size_t i = 0; i < batch; ++i)
        seen_[i] = changed(RelativeChange(residual_sums_, size_sums_, i, bias_[i]));
      break;
    case Criterion::kRelativeError:
    case Criterion::kCertifiedError:
      lost = SeeErrors(k);
      break;
  }
  if (!by_sample()) {
    each_.swap(seen_);
    seen_.assign(1, Worst(each_));
  }
  return lost;
}

bool Watch::SeeErrors(int k) {
  RelativeErrors(residual_sums_, size_sums_, bias_, zero_, scale_, &seen_);
  const bool lost = zero_.empty() && ForgetLostSquares();
  // The first step has nothing to compare with: z = q = 0 need not be a pair of z and p.
  for (Observation& one : seen_) {
    if (k == 0 && one.finite) one = kUnknown;
  }
  return lost;
}

bool Watch::ForgetLostSquares() {
  const FloatLimits limits = LimitsOf(dtype_);
  // Residuals of a hundredth of the tolerance and of 1e5 times the size are to be seen.
  const double tolerance = std::max(rule_.tolerance, 1e-16) * 1e-2;
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
    const double size = by_batch() ? largest : size_of(sample);
    if (size >= least && size <= most) continue;
    seen_[sample] = kUnknown;
    lost = true;
  }
  return lost;
}

// ||sigma(b)|| is within a factor of 1 + ||W|| max(1, 1/m) of ||z*||: sigma does not expand, so
// that ||z* - sigma(b)|| <= ||W z*||; and sigma(b) is within ||W sigma(b)|| / m of z*
// (certificate.h). Where it is 0 what is not yet zero is seen beside a small b.
const Tensor& Watch::MeasureScale(const Problem& problem) {
  const Tensor& b = problem.b;
  const Tensor& layer = layer_.Get(device_, dtype_, b.shape());
  problem.prox.Prox(device_, 1, b, layer);
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
      const double size = by_batch() ? largest : own;
      if (!std::isfinite(size) || size == 0) continue;
      scale[sample] =
          static_cast<T>(std::min(std::max(1 / size, 2 * limits.least), limits.most / 4));
      bias_[sample] *= static_cast<double>(scale[sample]);
    }
    const bool single = scale.size() == 1;
    const Tensor& all = factors_.Get(device_, dtype_, {single ? b.rows() : b.columns()});
    if (single) {
      device_.Fill(scale.front(), all);
    } else {
      device_.CopyFromHost(scale.data(), all);
    }
  });
  return factors_.get();
}

}  // namespace mondeq
