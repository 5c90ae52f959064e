#include "mondeq/operators/conv_level.h"

#include <cmath>

#include "mondeq/operators/taps.h"

namespace mondeq {
namespace {

Transpose Opposite(Direction direction) {
  return direction == Direction::kForward ? Transpose::kYes : Transpose::kNo;
}

}  // namespace

ConvLevel::ConvLevel(const Tier& tier, const Tier* below, double m, Index kernel_size,
                     const std::string& suffix, const MonotoneOperator::Context& context)
    : device_(*context.device),
      dtype_(context.dtype),
      tier_(tier),
      below_(below == nullptr ? 0 : below->memory.channels),
      k_(kernel_size),
      m_(m),
      torus_(device_.MakeTorus(tier.memory.rows, tier.memory.columns)) {
  const Index n = channels();
  const double bound = 1 / std::sqrt(static_cast<double>(n * k_ * k_));
  const auto add = [&](const std::string& name, Index outputs) {
    return WeightNormalization(
        context.parameters.Add(name + suffix, {outputs, n, k_, k_}, 0, bound));
  };
  const auto scale = [&](const std::string& name) {
    return context.parameters.Add(name + suffix, {1}, 1, 0);
  };
  a_ = add("A", n);
  b_ = add("B", n);
  a_.set_scale(scale("gamma"));
  b_.set_scale(scale("h"));
  if (has_down()) {
    d_ = add("A_down", below_);
    d_.set_scale(scale("gamma_down"));
  }
}

void ConvLevel::ParametersChanged() {
  fresh_ = false;
  a_matrices_fresh_ = false;
  matrices_.Clear();
}

void ConvLevel::Refresh() {
  if (fresh_) return;
  const Index n = channels(), wide = 2 * k_ - 1;
  a_.Refresh(device_);
  b_.Refresh(device_);
  const Tensor& a = a_taps_.Get(device_, dtype_, {k_, k_, n, n});
  const Tensor& b = b_taps_.Get(device_, dtype_, {k_, k_, n, n});
  const Tensor& taps = n_taps_.Get(device_, dtype_, {wide, wide, n, n});
  KernelToTaps(device_, a_.value(), a);
  KernelToTaps(device_, b_.value(), b);
  device_.Fill(0, taps);
  AddGram(device_, -1, a, &tap_scratch_, taps);
  AddSkew(device_, b, taps);
  if (has_down()) {
    d_.Refresh(device_);
    const Tensor& d = d_taps_.Get(device_, dtype_, {k_, k_, below_, n});
    KernelToTaps(device_, d_.value(), d);
    torus_->SampledMatrices(d, d_matrices_.Get(device_, dtype_, torus_->SampledShape(below_, n)));
  }
  fresh_ = true;
}

const Tensor& ConvLevel::MakeScaledTaps(double factor, double identity) {
  Refresh();
  const Tensor& taps = scaled_taps_.Get(device_, dtype_, n_taps_.get().shape());
  device_.Copy(n_taps_.get(), taps);
  ScaleAndShiftTaps(device_, factor, identity, taps);
  return taps;
}

void ConvLevel::PreparePart(const Multiplier& multiplier, Part part,
                            std::vector<Tensor>* matrices) {
  if (!torus_->MakesParts()) return Prepare(multiplier);
  matrices->push_back(Matrices(multiplier, part));
}

const Tensor& ConvLevel::Matrices(const Multiplier& multiplier, Part part) {
  const Index n = channels();
  const Shape shape = has_down() ? torus_->BlocksShape(n) : torus_->MatricesShape(n, n);
  return matrices_.Get(multiplier, device_, dtype_, shape,
                       [&](const Tensor& matrices) { MakeMatrices(multiplier, part, matrices); });
}

void ConvLevel::MakeMatrices(const Multiplier& multiplier, Part part, const Tensor& matrices) {
  const Index n = channels();
  const bool invert = multiplier.is_resolvent();
  // With C the circular part of N, M = factor S^-1 + identity I where S = -alpha (C - D'D) +
  // (1 + alpha m) I, or M = factor (C - D'D) + shift I.
  const double scale = invert ? -multiplier.alpha : 1,
               shift = invert ? 1 + multiplier.alpha * m_ : 0,
               identity = invert ? multiplier.identity : multiplier.shift(m_);
  if (has_down()) {
    const Tensor& circular = circular_.Get(device_, dtype_, torus_->MatricesShape(n, n));
    // Blocks are of frequencies from all over the torus.
    torus_->KernelMatrices(MakeScaledTaps(scale, shift), Part::All(), circular);
    torus_->MakeBlocks(circular, n, -scale, d_matrices_.get(), below_, invert, multiplier.factor,
                       identity, part, matrices);
  } else if (invert) {
    torus_->KernelMatrices(MakeScaledTaps(scale, shift), part, matrices);
    torus_->InvertMatrices(n, multiplier.factor, identity, part, matrices);
  } else {
    torus_->KernelMatrices(MakeScaledTaps(multiplier.factor, identity), part, matrices);
  }
}

void ConvLevel::Apply(Direction direction, double scale, const Multiplier& multiplier,
                      const Tensor& x, Index batch, double beta, const Tensor& y) {
  const Index n = channels();
  const Tensor& matrices = Matrices(multiplier);
  if (has_down()) {
    torus_->MultiplyBlocks(scale, matrices, n, TransposeFor(direction), x, batch, beta, y);
  } else {
    torus_->Multiply(scale, matrices, n, n, TransposeFor(direction), x, batch, beta, y);
  }
}

void ConvLevel::ApplyThenMap(Direction direction, const Multiplier& multiplier, const Tensor& x,
                             Index batch, const BlockMap& map) {
  torus_->MultiplyThenMap(Matrices(multiplier), channels(), TransposeFor(direction), x, batch, map);
}

void ConvLevel::ApplyA(Direction direction, double scale, const Tensor& x, Index batch, double beta,
                       const Tensor& y) {
  const Index n = channels();
  const Tensor& a = a_matrices_.Get(device_, dtype_, torus_->MatricesShape(n, n));
  Refresh();
  if (!a_matrices_fresh_) torus_->KernelMatrices(a_taps_.get(), Part::All(), a);
  a_matrices_fresh_ = true;
  torus_->Multiply(scale, a, n, n, Opposite(direction), x, batch, beta, y);
}

void ConvLevel::ApplyDown(const Tensor& x, Index batch) {
  Refresh();
  torus_->MultiplyDown(d_matrices_.get(), below_, channels(), x, batch,
                       down_.Get(device_, dtype_, half().SpectrumShape(below_, batch)));
}

void ConvLevel::AddUp(double scale, Index batch, const Tensor& y) {
  Refresh();
  torus_->MultiplyUp(scale, d_matrices_.get(), below_, channels(), down_.get(), batch, y);
}

// In every frequency a convolution is the sum of its k^2 taps, each turned by a phase: its norm is
// at most k times that of the kernel. Products of frequencies have sums over channels and taps,
// twice one after the other; transforms of n values err by a multiple of log2(n) u.
double ConvLevel::RoundingConstant() {
  Refresh();
  const double a = NormOfA(), b = static_cast<double>(k_) * b_.EffectiveNorm(device_),
               d = NormOfDown();
  const double sums = static_cast<double>(channels() + k_ * k_),
               transforms = 2 * std::log2(static_cast<double>(torus_->pixels()));
  return (4 * sums + 8 * transforms) * (a * a + 2 * b + d * d) + (4 + transforms) * (1 + m_);
}

double ConvLevel::NormOfA() {
  Refresh();
  return static_cast<double>(k_) * a_.EffectiveNorm(device_);
}

double ConvLevel::NormOfDown() {
  Refresh();
  return has_down() ? static_cast<double>(k_) * d_.EffectiveNorm(device_) : 0;
}

double ConvLevel::Lipschitz() {
  const Tensor matrices = device_.Allocate(dtype_, torus_->MatricesShape(channels(), channels()));
  torus_->KernelMatrices(MakeScaledTaps(-1, m_), Part::All(), matrices);
  return torus_->Norm(matrices, channels(), channels());
}

void ConvLevel::AccumulateGradient(const Tensor& u, const Tensor& z, Index batch,
                                   const Tensor* coupling, const Tensor* down_gradient) {
  Refresh();
  const Index n = channels(), wide = 2 * k_ - 1;
  const Tensor& gradient = gradient_taps_.Get(device_, dtype_, {wide, wide, n, n});
  torus_->Correlate(1, false, u, n, z, n, batch, 0, gradient);
  const Tensor& work = scaled_taps_.Get(device_, dtype_, gradient.shape());
  const Tensor& taps = kernel_gradient_.Get(device_, dtype_, {k_, k_, n, n});
  const Tensor& kernel = kernel_.Get(device_, dtype_, {n, n, k_, k_});
  GradientOfGram(device_, a_taps_.get(), gradient, work, &tap_scratch_, taps);
  if (coupling != nullptr) torus_->Correlate(-2, false, *coupling, n, u, n, batch, 1, taps);
  TapsToKernel(device_, taps, kernel);
  a_.AccumulateGradient(device_, kernel);
  GradientOfSkew(device_, gradient, taps);
  TapsToKernel(device_, taps, kernel);
  b_.AccumulateGradient(device_, kernel);
  if (!has_down()) return;

  // -(D u)' (D z) has D twice, so its gradient with respect to D is the sum of two correlations: of
  // -D z with u, and of -D u with z. What the coupling brings, down_gradient, is added to -D u.
  const Tensor& d_taps = kernel_gradient_.Get(device_, dtype_, {k_, k_, below_, n});
  ApplyDown(z, batch);
  torus_->Correlate(-1, true, down(), below_, u, n, batch, 0, d_taps);
  ApplyDown(u, batch);
  if (down_gradient != nullptr) device_.Axpby(-1, *down_gradient, 1, down());
  torus_->Correlate(-1, true, down(), below_, z, n, batch, 1, d_taps);
  const Tensor& d_kernel = kernel_.Get(device_, dtype_, {below_, n, k_, k_});
  TapsToKernel(device_, d_taps, d_kernel);
  d_.AccumulateGradient(device_, d_kernel);
}

}  // namespace mondeq
