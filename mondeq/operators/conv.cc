// W = (1-m) I - A'A + B - B' with circular convolutions A, B: C -> C on a torus that holds the
// image and a border of (k-1)/2 pixels. Parameters: A, B [C, C, k, k] (output, input, row, column;
// cross-correlation), gamma, h [1]; A and B enter as gamma A/||A||_F and h B/||B||_F. So A'A is
// scaled by gamma^2, which is never negative, and monotonicity cannot be lost in training.
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
#include "mondeq/operators/spectral_iteration.h"
#include "mondeq/operators/torus_size.h"

namespace mondeq {
namespace {

class ConvIteration final : public SpectralIteration {
 public:
  ConvIteration(Device* device, DType dtype, ConvLevel* level)
      : SpectralIteration(device, dtype), level_(*level), slot_ends_({level->slots()}) {}

  void Step(const BlockMap& map) override {
    level_.ApplyThenMap(direction(), multiplier(), r_.get(), batch_, map);
  }
  const std::vector<Index>& slot_ends() const override { return slot_ends_; }

  // The memory of r, which others may use while no iteration runs.
  const Tensor& Spectrum(Index batch) {
    return r_.Get(device(), dtype(), level_.SpectrumShape(batch));
  }

 private:
  void MakeSpectraOfBias(const Tensor& b) override {
    batch_ = b.columns();
    const Tensor& r = Spectrum(batch_);
    level_.torus().Transform(b, level_.channels(), r);
    const double alpha = multiplier().alpha;
    if (multiplier().is_resolvent()) {
      // c = factor alpha V b = alpha (M - identity I) b, so that only M is needed.
      level_.Apply(direction(), alpha, multiplier(), r, batch_, -alpha * multiplier().identity, r);
    } else {
      device().Axpby(multiplier().factor, r, 0, r);
    }
  }
  void Clear() override { device().Fill(0, r_.get()); }
  void Map(const BlockMap& map) override {
    level_.torus().Map(r_.get(), level_.channels(), batch_, map);
  }

  ConvLevel& level_;
  std::vector<Index> slot_ends_;
  Index batch_ = 0;
  Scratch r_;
};

class Conv final : public MonotoneOperator {
 public:
  Conv(const ConvConfig& config, const Tier& tier, Index border, const Context& context)
      : device_(*context.device),
        dtype_(context.dtype),
        m_(config.m()),
        layout_({tier}, border),
        level_(tier, nullptr, m_, config.kernel_size(), "", context),
        iteration_(&device_, dtype_, &level_) {}

  const StateLayout& layout() const override { return layout_; }
  double m() const override { return m_; }
  void ParametersChanged() override { level_.ParametersChanged(); }
  bool rounds_by_batch() const override { return true; }
  double RoundingConstant() override { return level_.RoundingConstant(); }
  bool commutes_with_shifts() const override { return true; }
  // Torus::Norm works on the host; where the matrices are elsewhere L is estimated on the device.
  double Lipschitz() override {
    return device_.shares_host_memory() ? level_.Lipschitz()
                                        : EstimateLipschitz(*this, device_, dtype_);
  }

  void Multiply(Direction direction, const Multiplier& multiplier, const Tensor& x,
                const Tensor& y) override {
    const Tensor& spectrum = Transform(x);
    level_.Apply(direction, multiplier.factor, level_.N(), spectrum, x.columns(),
                 multiplier.shift(m_), spectrum);
    level_.torus().Invert(spectrum, level_.channels(), y);
  }

  void Prepare(const Multiplier& multiplier) override { level_.Prepare(multiplier); }
  std::vector<Tensor> PreparePart(const Multiplier& multiplier, Part part) override {
    std::vector<Tensor> matrices;
    level_.PreparePart(multiplier, part, &matrices);
    return matrices;
  }
  Iteration& Iterate(Direction direction, const Multiplier& multiplier, const Tensor& b) override {
    iteration_.Begin(direction, multiplier, b);
    return iteration_;
  }

  void AccumulateGradient(const Tensor& u, const Tensor& z) override {
    const Tensor& spectrum_u = iteration_.Spectrum(u.columns());
    level_.torus().Transform(u, level_.channels(), spectrum_u);
    level_.AccumulateGradient(spectrum_u, Transform(z), u.columns(), nullptr, nullptr);
  }

 private:
  // Returns the spectrum of x, which is valid until the next Transform.
  const Tensor& Transform(const Tensor& x) {
    const Tensor& spectrum = work_.Get(device_, dtype_, level_.SpectrumShape(x.columns()));
    level_.torus().Transform(x, level_.channels(), spectrum);
    return spectrum;
  }

  Device& device_;
  DType dtype_;
  double m_;
  StateLayout layout_;
  ConvLevel level_;
  Scratch work_;
  ConvIteration iteration_;
};

absl::StatusOr<std::unique_ptr<MonotoneOperator>> MakeConv(
    const ConvConfig& config, const MonotoneOperator::Context& context) {
  const Index border = (config.kernel_size() - 1) / 2;
  MONDEQ_ASSIGN_OR_RETURN(const Tier tier, MakeTier(context.input, config.channels(), border,
                                                    config.torus_rows(), config.torus_columns()));
  return std::make_unique<Conv>(config, tier, border, context);
}

MONDEQ_REGISTER(MonotoneOperator, conv, MakeConv);

}  // namespace
}  // namespace mondeq
