// Several tiers of convolutions: z = (z_0, z_1, ...), tier i on a torus of about half the size of
// the one before, and
//   W_ii = (1-m) I - A_i'A_i - D_i'D_i + B_i - B_i',   W_{i+1,i} = -2 A_{i+1}' D_i
// with circular A_i, B_i and D_i of stride 2 from tier i to i + 1, whose output is padded by one
// row and column of zeros (Winston & Kolter 2020, section 3.3 and appendix). Only tier 0 receives U
// x + b. Parameters of tier i: A.i, B.i [n_i, n_i, 3, 3], gamma.i, h.i [1] and, unless it is the
// last tier, A_down.i [n_{i+1}, n_i, 3, 3], gamma_down.i [1]; A_i is gamma.i A.i/||A.i||_F, B_i is
// h.i B.i/||B.i||_F and D_i is gamma_down.i A_down.i/||A_down.i||_F.
#include <utility>
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/operators/coupled_levels.h"
#include "mondeq/operators/lipschitz.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/operators/multi_tier_conv.pb.h"
#include "mondeq/operators/spectral_iteration.h"
#include "mondeq/operators/tiers.h"

namespace mondeq {
namespace {

constexpr Index kKernelSize = 3, kBorder = 1;

class MultiTierIteration final : public SpectralIteration {
 public:
  MultiTierIteration(Device* device, DType dtype, CoupledLevels* levels)
      : SpectralIteration(device, dtype), levels_(*levels) {}

  void Step(const BlockMap& map) override {
    levels_.Multiply(direction(), multiplier());
    levels_.Map(map);
  }
  const std::vector<Index>& slot_ends() const override { return levels_.slot_ends(); }

 private:
  void MakeSpectraOfBias(const Tensor& b) override {
    levels_.Transform(b);
    if (multiplier().is_resolvent()) {
      const double alpha = multiplier().alpha;
      levels_.Multiply(direction(), multiplier().factor * alpha * multiplier::V(alpha));
    } else {
      levels_.Scale(multiplier().factor);
    }
  }
  void Clear() override { levels_.Zero(); }
  void Map(const BlockMap& map) override { levels_.Map(map); }

  CoupledLevels& levels_;
};

class MultiTierConv final : public MonotoneOperator {
 public:
  MultiTierConv(double m, const std::vector<Tier>& tiers, const Context& context)
      : device_(*context.device),
        dtype_(context.dtype),
        m_(m),
        layout_(tiers, kBorder),
        levels_(tiers, m, kKernelSize, context),
        iteration_(&device_, dtype_, &levels_) {}

  const StateLayout& layout() const override { return layout_; }
  double m() const override { return m_; }
  void ParametersChanged() override { levels_.ParametersChanged(); }
  bool rounds_by_batch() const override { return true; }
  double RoundingConstant() override { return levels_.RoundingConstant(); }
  double Lipschitz() override { return EstimateLipschitz(*this, device_, dtype_); }

  void Multiply(Direction direction, const Multiplier& multiplier, const Tensor& x,
                const Tensor& y) override {
    levels_.Transform(x);
    levels_.Multiply(direction, multiplier);
    levels_.Invert(y);
  }

  void Prepare(const Multiplier& multiplier) override { levels_.Prepare(multiplier); }
  std::vector<Tensor> PreparePart(const Multiplier& multiplier, Part part) override {
    return levels_.PreparePart(multiplier, part);
  }
  Iteration& Iterate(Direction direction, const Multiplier& multiplier, const Tensor& b) override {
    iteration_.Begin(direction, multiplier, b);
    return iteration_;
  }

  void AccumulateGradient(const Tensor& u, const Tensor& z) override {
    levels_.AccumulateGradient(u, z);
  }

 private:
  Device& device_;
  DType dtype_;
  double m_;
  StateLayout layout_;
  CoupledLevels levels_;
  MultiTierIteration iteration_;
};

absl::StatusOr<std::unique_ptr<MonotoneOperator>> MakeMultiTierConv(
    const MultiTierConvConfig& config, const MonotoneOperator::Context& context) {
  const std::vector<Index> channels(config.channels().begin(), config.channels().end());
  MONDEQ_ASSIGN_OR_RETURN(
      const std::vector<Tier> tiers,
      MakeTiers(context.input, channels, config.torus_rows(), config.torus_columns()));
  return std::make_unique<MultiTierConv>(config.m(), tiers, context);
}

MONDEQ_REGISTER(MonotoneOperator, multi_tier_conv, MakeMultiTierConv);

}  // namespace
}  // namespace mondeq
