// W = (1-m) I - A'A + B - B' with circular convolutions A, B: C -> C on a torus that holds the
// image and a border of (k-1)/2 pixels. Parameters: A, B [C, C, k, k] (output, input, row, column;
// cross-correlation), gamma, h [1]; A and B enter as gamma A/||A||_F and h B/||B||_F, so g =
// gamma^2 is never negative.
//
// In the Fourier basis W, V and every multiplier are one C x C matrix per frequency; the spectrum
// is the iteration's state, and the pointwise step runs between an inverse and a forward transform
// of a slab in cache.
#include <cmath>
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/device/scratch.h"
#include "mondeq/operators/conv.pb.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/operators/prepared.h"
#include "mondeq/operators/taps.h"
#include "mondeq/operators/torus_size.h"
#include "mondeq/operators/weight_normalization.h"

namespace mondeq {
namespace {

Transpose AdjointFor(Direction direction) {
  return direction == Direction::kForward ? Transpose::kNo : Transpose::kYes;
}

class Conv final : public MonotoneOperator {
 public:
  Conv(const ConvConfig& config, const Tier& tier, const Context& context)
      : device_(*context.device),
        dtype_(context.dtype),
        c_(config.channels()),
        k_(config.kernel_size()),
        m_(config.m()),
        tiers_({tier}),
        torus_(device_.MakeTorus(tier.features.rows, tier.features.columns)) {
    const double bound = 1 / std::sqrt(static_cast<double>(c_ * k_ * k_));
    a_ = WeightNormalization(context.parameters.Add("A", {c_, c_, k_, k_}, 0, bound));
    b_ = WeightNormalization(context.parameters.Add("B", {c_, c_, k_, k_}, 0, bound));
    a_.set_scale(context.parameters.Add("gamma", {1}, 1, 0));
    b_.set_scale(context.parameters.Add("h", {1}, 1, 0));
  }

  const std::vector<Tier>& tiers() const override { return tiers_; }
  double m() const override { return m_; }
  Index slots() const override { return c_; }

  void ParametersChanged() override {
    fresh_ = false;
    prepared_.Clear();
  }

  void Apply(Direction direction, const Tensor& x, const Tensor& y) override {
    MultiplyState(Prepare({Multiplier::Kind::kOperator, 1, 0, 1}), direction, x, y);
  }

  void ApplyResolvent(Direction direction, double alpha, const Tensor& x,
                      const Tensor& y) override {
    MultiplyState(Prepare({Multiplier::Kind::kResolvent, alpha, 0, 1}), direction, x, y);
  }

  const Tensor& Start(Direction direction, const Multiplier& multiplier, const Tensor& b) override {
    matrices_ = Prepare(multiplier);
    adjoint_ = AdjointFor(direction);
    batch_ = b.columns();
    const Tensor& bias = bias_.Get(device_, dtype_, b.shape());
    if (multiplier.kind == Multiplier::Kind::kOperator) {
      device_.Axpby(multiplier.factor, b, 0, bias);
    } else {
      // factor alpha V b = alpha (M - identity I) b, so that only M is needed.
      MultiplyState(matrices_, direction, b, bias);
      device_.Axpby(-multiplier.alpha * multiplier.identity, b, multiplier.alpha, bias);
    }
    r_.Get(device_, dtype_, torus_->SpectrumShape(c_, batch_));
    first_step_ = true;
    return bias;
  }

  void Step(const BlockMap& map) override {
    // M 0 = 0 needs no product.
    if (!first_step_) torus_->Multiply(matrices_, c_, c_, adjoint_, r_.get(), batch_, r_.get());
    torus_->Map(r_.get(), c_, batch_, first_step_, map);
    first_step_ = false;
  }

  void AccumulateGradient(const Tensor& u, const Tensor& z) override;

  double Lipschitz() override {
    Refresh();
    const Index wide = 2 * k_ - 1;
    const Tensor& taps = scaled_taps_.Get(device_, dtype_, {wide, wide, c_, c_});
    const Tensor matrices = device_.Allocate(dtype_, torus_->MatricesShape(c_, c_));
    device_.Copy(w_.get(), taps);
    ScaleAndShiftTaps(device_, -1, 1, taps);
    torus_->KernelMatrices(taps, matrices);
    return torus_->Norm(matrices, c_, c_);
  }

 private:
  // Makes the taps of W from the parameters.
  void Refresh() {
    if (fresh_) return;
    const Index wide = 2 * k_ - 1;
    a_.Refresh(device_);
    b_.Refresh(device_);
    const Tensor& a = a_taps_.Get(device_, dtype_, {k_, k_, c_, c_});
    const Tensor& b = b_taps_.Get(device_, dtype_, {k_, k_, c_, c_});
    const Tensor& w = w_.Get(device_, dtype_, {wide, wide, c_, c_});
    KernelToTaps(device_, a_.value(), a);
    KernelToTaps(device_, b_.value(), b);
    device_.Fill(0, w);
    AddGram(device_, -1, a, a, w);
    AddSkew(device_, 1 - m_, b, w);
    fresh_ = true;
  }

  // M per frequency. Before inversion, scaling and the identity are applied to the taps, of which
  // there are few.
  const Tensor& Prepare(const Multiplier& multiplier) {
    Refresh();
    return prepared_.Get(
        multiplier, device_, dtype_, torus_->MatricesShape(c_, c_), [&](const Tensor& matrices) {
          const Tensor& taps = scaled_taps_.Get(device_, dtype_, w_.get().shape());
          device_.Copy(w_.get(), taps);
          if (multiplier.kind == Multiplier::Kind::kOperator) {
            ScaleAndShiftTaps(device_, multiplier.factor, multiplier.identity, taps);
            torus_->KernelMatrices(taps, matrices);
          } else {
            ScaleAndShiftTaps(device_, -multiplier.alpha, 1 + multiplier.alpha, taps);
            torus_->KernelMatrices(taps, matrices);
            torus_->InvertMatrices(c_, multiplier.factor, multiplier.identity, matrices);
          }
        });
  }

  void MultiplyState(const Tensor& matrices, Direction direction, const Tensor& x,
                     const Tensor& y) {
    const Tensor& spectrum = work_.Get(device_, dtype_, torus_->SpectrumShape(c_, x.columns()));
    torus_->Transform(x, c_, spectrum);
    torus_->Multiply(matrices, c_, c_, AdjointFor(direction), spectrum, x.columns(), spectrum);
    torus_->Invert(spectrum, c_, y);
  }

  Device& device_;
  DType dtype_;
  Index c_, k_;
  double m_;
  std::vector<Tier> tiers_;
  std::unique_ptr<Torus> torus_;
  WeightNormalization a_, b_;

  bool fresh_ = false;
  Scratch a_taps_, b_taps_, w_, scaled_taps_, gradient_taps_, da_, kernel_;
  PreparedMatrices prepared_;
  Scratch work_;

  // The running iteration.
  Tensor matrices_;
  Transpose adjoint_ = Transpose::kNo;
  Index batch_ = 0;
  bool first_step_ = true;
  Scratch bias_, r_;
};

void Conv::AccumulateGradient(const Tensor& u, const Tensor& z) {
  Refresh();
  const Index wide = 2 * k_ - 1, batch = u.columns();
  const Tensor& spectrum_u = r_.Get(device_, dtype_, torus_->SpectrumShape(c_, batch));
  const Tensor& spectrum_z = work_.Get(device_, dtype_, torus_->SpectrumShape(c_, batch));
  torus_->Transform(u, c_, spectrum_u);
  torus_->Transform(z, c_, spectrum_z);
  const Tensor& gradient = gradient_taps_.Get(device_, dtype_, {wide, wide, c_, c_});
  torus_->Correlate(spectrum_u, c_, spectrum_z, c_, batch, gradient);

  const Tensor& work = scaled_taps_.Get(device_, dtype_, {wide, wide, c_, c_});
  const Tensor& taps = da_.Get(device_, dtype_, {k_, k_, c_, c_});
  const Tensor& kernel = kernel_.Get(device_, dtype_, {c_, c_, k_, k_});
  GradientOfGram(device_, a_taps_.get(), gradient, work, taps);
  TapsToKernel(device_, taps, kernel);
  a_.AccumulateGradient(device_, kernel);
  GradientOfSkew(device_, gradient, taps);
  TapsToKernel(device_, taps, kernel);
  b_.AccumulateGradient(device_, kernel);
}

absl::StatusOr<std::unique_ptr<MonotoneOperator>> MakeConv(
    const ConvConfig& config, const MonotoneOperator::Context& context) {
  const Index border = (config.kernel_size() - 1) / 2;
  MONDEQ_ASSIGN_OR_RETURN(const Tier tier, MakeTier(context.input, config.channels(), border,
                                                    config.torus_rows(), config.torus_columns()));
  return std::make_unique<Conv>(config, tier, context);
}

MONDEQ_REGISTER(MonotoneOperator, conv, MakeConv);

}  // namespace
}  // namespace mondeq
