// W = (1-m) I - A'A + B - B' with circular convolutions A, B: C -> C on a torus that holds the
// image and a border of (k-1)/2 pixels. Parameters: A, B [C, C, k, k] (output, input, row, column;
// cross-correlation), gamma, h [1]; A and B enter as gamma A/||A||_F and h B/||B||_F, so g =
// gamma^2 is never negative.
//
// In the Fourier basis W, V and every multiplier are one C x C matrix per frequency; the spectrum
// is the iteration's state, and the pointwise step runs between an inverse and a forward transform
// of a slab in cache.
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/device/scratch.h"
#include "mondeq/operators/conv.pb.h"
#include "mondeq/operators/conv_level.h"
#include "mondeq/operators/lipschitz.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/operators/take_bias.h"
#include "mondeq/operators/torus_size.h"

namespace mondeq {
namespace {

class Conv final : public MonotoneOperator {
 public:
  Conv(const ConvConfig& config, const Tier& tier, const Context& context)
      : device_(*context.device),
        dtype_(context.dtype),
        c_(config.channels()),
        m_(config.m()),
        tiers_({tier}),
        level_(tier, nullptr, m_, config.kernel_size(), "", context) {}

  const std::vector<Tier>& tiers() const override { return tiers_; }
  double m() const override { return m_; }
  Index slots(std::size_t) const override { return level_.slots(); }
  void ParametersChanged() override { level_.ParametersChanged(); }
  // Norms of single matrices are found on the host: not where they are elsewhere.
  double Lipschitz() override {
    return device_.shares_host_memory() ? level_.Lipschitz()
                                        : EstimateLipschitz(*this, device_, dtype_);
  }

  void Apply(Direction direction, const Tensor& x, const Tensor& y) override {
    MultiplyState({Multiplier::Kind::kOperator, 1, 0, 1}, direction, x, y);
  }

  void ApplyResolvent(Direction direction, double alpha, const Tensor& x,
                      const Tensor& y) override {
    MultiplyState({Multiplier::Kind::kResolvent, alpha, 0, 1}, direction, x, y);
  }

  const Tensor& Start(Direction direction, const Multiplier& multiplier, const Tensor& b) override {
    multiplier_ = multiplier;
    direction_ = direction;
    batch_ = b.columns();
    const Tensor& c = bias_.Get(device_, dtype_, b.shape());
    const Tensor& r = r_.Get(device_, dtype_, level_.SpectrumShape(batch_));
    torus().Transform(b, c_, r);
    if (multiplier.kind == Multiplier::Kind::kOperator) {
      device_.Axpby(multiplier.factor, r, 0, r);
    } else {
      // factor alpha V b = alpha (M - identity I) b, so that only M is needed.
      level_.Apply(direction, multiplier.alpha, multiplier, r, batch_,
                   -multiplier.alpha * multiplier.identity, r);
    }
    first_step_ = true;
    return c;
  }

  void Step(const BlockMap& map) override {
    const Tensor& r = r_.get();
    if (first_step_) {
      torus().Map(r, c_, batch_, TakeBias(map, bias_.get()));
      first_step_ = false;
    } else {
      level_.ApplyThenMap(direction_, multiplier_, r, batch_, map);
    }
  }

  void AccumulateGradient(const Tensor& u, const Tensor& z) override {
    const Index batch = u.columns();
    const Tensor& spectrum_u = r_.Get(device_, dtype_, level_.SpectrumShape(batch));
    const Tensor& spectrum_z = work_.Get(device_, dtype_, level_.SpectrumShape(batch));
    torus().Transform(u, c_, spectrum_u);
    torus().Transform(z, c_, spectrum_z);
    level_.AccumulateGradient(spectrum_u, spectrum_z, batch, nullptr, nullptr);
  }

 private:
  Torus& torus() { return level_.torus(); }

  void MultiplyState(const Multiplier& multiplier, Direction direction, const Tensor& x,
                     const Tensor& y) {
    const Tensor& spectrum = work_.Get(device_, dtype_, level_.SpectrumShape(x.columns()));
    torus().Transform(x, c_, spectrum);
    level_.Apply(direction, 1, multiplier, spectrum, x.columns(), 0, spectrum);
    torus().Invert(spectrum, c_, y);
  }

  Device& device_;
  DType dtype_;
  Index c_;
  double m_;
  std::vector<Tier> tiers_;
  ConvLevel level_;
  Scratch work_;

  // The running iteration.
  Multiplier multiplier_;
  Direction direction_ = Direction::kForward;
  Index batch_ = 0;
  bool first_step_ = true;
  Scratch bias_, r_;
};

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
