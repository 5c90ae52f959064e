// Several tiers of convolutions: z = (z_1, ..., z_L), tier i on a torus of about half the size of
// the one before, and
//   W_ii = (1-m) I - A_i'A_i - D_i'D_i + B_i - B_i',   W_{i+1,i} = -2 A_{i+1}' D_i
// with circular A_i, B_i and D_i of stride 2 from tier i to i + 1, whose output is padded by one
// row and column of zeros (Winston & Kolter 2020, section 3.3 and appendix). Only tier 1 receives U
// x + b. Parameters of tier i = 0, 1, ...: A.i, B.i [n_i, n_i, 3, 3], gamma.i, h.i, A_down.i
// [n_{i+1}, n_i, 3, 3], gamma_down.i.
//
// W is lower block-bidiagonal: V is block substitution down the tiers, its transpose up the tiers.
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/device/for_each.h"
#include "mondeq/device/scratch.h"
#include "mondeq/operators/conv_level.h"
#include "mondeq/operators/copy_pixels.h"
#include "mondeq/operators/lipschitz.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/operators/multi_tier_conv.pb.h"
#include "mondeq/operators/take_bias.h"
#include "mondeq/operators/tiers.h"

namespace mondeq {
namespace {

constexpr Index kKernelSize = 3;

// A map on one tier's blocks as a map on the whole state's.
class TierMap final : public BlockMap {
 public:
  TierMap(const BlockMap& map, Index first_row, Index rows, Index first_slot)
      : map_(map), first_row_(first_row), rows_(rows), first_slot_(first_slot) {}

  void operator()(const Block& block) const override {
    Block shifted = block;
    shifted.first_row += first_row_;
    shifted.slot += first_slot_;
    map_(shifted);
  }
  States states() const override {
    States states = map_.states();
    for (Tensor& state : states) {
      if (!state.empty()) state = state.Rows(first_row_, first_row_ + rows_);
    }
    return states;
  }

 private:
  const BlockMap& map_;
  Index first_row_, rows_, first_slot_;
};

// Sets what lies outside an image to zero. `torus` is what lies in memory, of which `image` is the
// top left part; rows of a block are `step` apart.
template <class T>
struct ZeroOutside {
  Features torus, image;
  Index first, step;
  T* v;
  Index stride;

  MONDEQ_HOST_DEVICE void operator()(Index i, Index begin, Index end) const {
    const Index pixel = (first + i * step) / torus.channels;
    if (pixel / torus.columns < image.rows && pixel % torus.columns < image.columns) return;
    for (Index l = begin; l < end; ++l) v[i * stride + l] = T{0};
  }
};

class Crop final : public BlockMap {
 public:
  Crop(const Features& torus, const Features& image, DType dtype)
      : torus_(torus), image_(image), dtype_(dtype) {}

  void operator()(const Block& block) const override {
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      ForEachRow(block, ZeroOutside<T>{torus_, image_, block.first_row, block.row_step,
                                       static_cast<T*>(block.v), block.stride});
    });
  }

 private:
  Features torus_, image_;
  DType dtype_;
};

class MultiTierConv final : public MonotoneOperator {
 public:
  MultiTierConv(double m, std::vector<Tier> tiers, const Context& context)
      : device_(*context.device),
        dtype_(context.dtype),
        m_(m),
        tiers_(std::move(tiers)),
        spectra_(tiers_.size()) {
    for (std::size_t i = 0; i < tiers_.size(); ++i) {
      const Tier* below = i + 1 < tiers_.size() ? &tiers_[i + 1] : nullptr;
      levels_.push_back(std::make_unique<ConvLevel>(tiers_[i], below, m, kKernelSize,
                                                    absl::StrCat(".", i), context));
    }
  }

  const std::vector<Tier>& tiers() const override { return tiers_; }
  double m() const override { return m_; }

  Index slots(std::size_t tier) const override { return levels_[tier]->slots(); }

  void ParametersChanged() override {
    for (const auto& level : levels_) level->ParametersChanged();
  }

  void Apply(Direction direction, const Tensor& x, const Tensor& y) override {
    MultiplyState({Multiplier::Kind::kOperator, 1, 0, 1}, direction, x, y);
  }

  void ApplyResolvent(Direction direction, double alpha, const Tensor& x,
                      const Tensor& y) override {
    MultiplyState({Multiplier::Kind::kResolvent, alpha, 0, 1}, direction, x, y);
  }

  const Tensor& Start(Direction direction, const Multiplier& multiplier, const Tensor& b) override {
    const Tensor& c = bias_.Get(device_, dtype_, b.shape());
    const bool resolvent = multiplier.kind == Multiplier::Kind::kResolvent;
    multiplier_ = multiplier;
    direction_ = direction;
    Transform(b);
    if (resolvent) {
      Multiply({multiplier.kind, multiplier.alpha, 0, multiplier.factor * multiplier.alpha},
               direction);
    } else {
      for (std::size_t i = 0; i < levels_.size(); ++i) {
        device_.Axpby(multiplier.factor, R(i), 0, R(i));
      }
    }
    first_step_ = true;
    return c;
  }

  void Step(const BlockMap& map) override {
    if (first_step_) {
      first_step_ = false;
      MapTiers(TakeBias(map, bias_.get()));
    } else {
      Multiply(multiplier_, direction_);
      MapTiers(map);
    }
  }

  double Lipschitz() override { return EstimateLipschitz(*this, device_, dtype_); }

  void AccumulateGradient(const Tensor& u, const Tensor& z) override;

 private:
  // Spectra of one tier: the iteration's r, K r, and what comes from a neighbour; and pixels on
  // their way there, where samples do not fit the tier below.
  struct Spectra {
    Scratch r, kr, coupling, pixels, half_pixels;
  };

  const Tensor& R(std::size_t i) { return spectra_[i].r.get(); }
  const Tensor& Kr(std::size_t i) { return spectra_[i].kr.get(); }
  const Tensor& Coupling(std::size_t i) {
    return SamplesFit(i - 1) ? levels_[i - 1]->down() : spectra_[i].coupling.get();
  }

  void Reserve(Index batch) {
    batch_ = batch;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const Shape shape = levels_[i]->SpectrumShape(batch);
      spectra_[i].r.Get(device_, dtype_, shape);
      spectra_[i].kr.Get(device_, dtype_, shape);
      if (!levels_[i]->has_down()) continue;
      levels_[i]->ReserveDown(batch);
      if (SamplesFit(i)) continue;
      spectra_[i + 1].coupling.Get(device_, dtype_, levels_[i + 1]->SpectrumShape(batch));
      spectra_[i + 1].pixels.Get(device_, dtype_, {tiers_[i + 1].features.dim(), batch});
      const Index half = levels_[i]->half().pixels() * levels_[i]->below();
      spectra_[i].half_pixels.Get(device_, dtype_, {half, batch});
    }
  }

  // r = identity r + factor K r, for the spectra of all tiers.
  void Multiply(const Multiplier& multiplier, Direction direction) {
    if (multiplier.kind == Multiplier::Kind::kOperator) {
      MultiplyOperator(multiplier, direction);
    } else {
      MultiplyResolvent(multiplier, direction);
    }
  }

  void MultiplyOperator(const Multiplier& multiplier, Direction direction) {
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      levels_[i]->Apply(direction, 1, {Multiplier::Kind::kOperator, 1, 0, 1}, R(i), batch_, 0,
                        Kr(i));
      if (direction == Direction::kForward && i > 0) {
        PadDown(i - 1, R(i - 1));
        levels_[i]->ApplyA(direction, -2, Coupling(i), batch_, 1, Kr(i));
      }
      if (direction == Direction::kAdjoint && levels_[i]->has_down()) {
        CropUp(i, -2, R(i + 1));
        levels_[i]->AddUp(1, batch_, Kr(i));
      }
    }
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      device_.Axpby(multiplier.factor, Kr(i), multiplier.identity, R(i));
    }
  }

  // Block substitution. What a tier gets from its neighbour is added to its right-hand side.
  void MultiplyResolvent(const Multiplier& multiplier, Direction direction) {
    const Multiplier v{multiplier.kind, multiplier.alpha, 0, 1};
    const bool forward = direction == Direction::kForward;
    const std::size_t count = levels_.size();
    for (std::size_t step = 0; step < count; ++step) {
      const std::size_t i = forward ? step : count - 1 - step;
      if (step > 0) {
        device_.Copy(R(i), Kr(i));
        AddCoupling(i, -2 * multiplier.alpha, forward);
      }
      const Tensor& right = step > 0 ? Kr(i) : R(i);
      if (step + 1 == count) {
        levels_[i]->Apply(direction, multiplier.factor, v, right, batch_, multiplier.identity,
                          R(i));
      } else {
        levels_[i]->Apply(direction, 1, v, right, batch_, 0, Kr(i));
        device_.Axpby(multiplier.factor, Kr(i), multiplier.identity, R(i));
      }
    }
  }

  // Kr(i) += factor times what tier i gets from the one before it in the substitution.
  void AddCoupling(std::size_t i, double factor, bool forward) {
    if (forward) {
      PadDown(i - 1, Kr(i - 1));
      levels_[i]->ApplyA(Direction::kForward, factor, Coupling(i), batch_, 1, Kr(i));
    } else {
      CropUp(i, factor, Kr(i + 1));
      levels_[i]->AddUp(1, batch_, Kr(i));
    }
  }

  // Coupling(i + 1) = spectrum of D x, cropped to the samples of the image and padded with zeros to
  // tier i + 1; x a spectrum of tier i.
  void PadDown(std::size_t i, const Tensor& x) {
    levels_[i]->ApplyDown(x, batch_);
    CarrySamples(i, /*pad=*/true);
  }

  // level(i).down() = spectrum of factor A x, cropped likewise; x a spectrum of tier i + 1.
  void CropUp(std::size_t i, double factor, const Tensor& x) {
    levels_[i + 1]->ApplyA(Direction::kAdjoint, factor, x, batch_, 0, Coupling(i + 1));
    CarrySamples(i, /*pad=*/false);
  }

  // Whether samples of tier i are on a torus of the size of tier i + 1: their spectra are the same.
  bool SamplesFit(std::size_t i) const {
    const Features &tier = tiers_[i].features, &below = tiers_[i + 1].features;
    return tier.rows == 2 * below.rows && tier.columns == 2 * below.columns;
  }

  // The samples of what is visible of tier i, with the channels of the tier below. Where its torus
  // is larger there are more, which are zero at the equilibrium: what they sample is outside the
  // image.
  Features Samples(std::size_t i) const {
    const Features& visible = tiers_[i].visible;
    return {visible.rows / 2, visible.columns / 2, levels_[i]->below()};
  }

  // Carries samples from level(i).down() to Coupling(i + 1), or back, with zeros around them.
  void CarrySamples(std::size_t i, bool pad) {
    ConvLevel& level = *levels_[i];
    Torus &half = level.half(), &torus = levels_[i + 1]->torus();
    if (SamplesFit(i)) {
      const Crop crop(tiers_[i + 1].features, Samples(i), dtype_);
      return torus.Map(Coupling(i + 1), level.below(), batch_, crop);
    }
    const Tensor &small = spectra_[i].half_pixels.get(), &large = spectra_[i + 1].pixels.get();
    if (pad) {
      half.Invert(level.down(), level.below(), small);
      device_.Fill(0, large);
      CopyPixels(device_, Samples(i), small, half.columns(), large, torus.columns());
      torus.Transform(large, level.below(), Coupling(i + 1));
    } else {
      torus.Invert(Coupling(i + 1), level.below(), large);
      device_.Fill(0, small);
      CopyPixels(device_, Samples(i), large, torus.columns(), small, half.columns());
      half.Transform(small, level.below(), level.down());
    }
  }

  // f(i, rows of tier i of x)
  template <class F>
  void ForEveryTier(const Tensor& x, F&& f) {
    Index row = 0;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const Index dim = tiers_[i].features.dim();
      f(i, x.Rows(row, row + dim));
      row += dim;
    }
  }

  // R = the spectra of x.
  void Transform(const Tensor& x) {
    Reserve(x.columns());
    ForEveryTier(x, [&](std::size_t i, const Tensor& tier) {
      levels_[i]->torus().Transform(tier, levels_[i]->channels(), R(i));
    });
  }

  void MapTiers(const BlockMap& map) {
    Index row = 0, slot = 0;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      ConvLevel& level = *levels_[i];
      const Index dim = tiers_[i].features.dim();
      level.torus().Map(R(i), level.channels(), batch_, TierMap(map, row, dim, slot));
      row += dim;
      slot += level.slots();
    }
  }

  void MultiplyState(const Multiplier& multiplier, Direction direction, const Tensor& x,
                     const Tensor& y) {
    Transform(x);
    Multiply(multiplier, direction);
    ForEveryTier(y, [&](std::size_t i, const Tensor& tier) {
      levels_[i]->torus().Invert(R(i), levels_[i]->channels(), tier);
    });
  }

  Device& device_;
  DType dtype_;
  double m_;
  std::vector<Tier> tiers_;
  std::vector<std::unique_ptr<ConvLevel>> levels_;
  std::vector<Spectra> spectra_;
  Scratch down_gradient_;

  // The running iteration.
  Index batch_ = 0;
  Multiplier multiplier_;
  Direction direction_ = Direction::kForward;
  bool first_step_ = true;
  Scratch bias_;
};

void MultiTierConv::AccumulateGradient(const Tensor& u, const Tensor& z) {
  Transform(u);
  ForEveryTier(z, [&](std::size_t i, const Tensor& tier) {
    levels_[i]->torus().Transform(tier, levels_[i]->channels(), Kr(i));
  });
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    // u_{i+1}' W_{i+1,i} z_i = -2 (A u_{i+1})' D z_i: the part of D's gradient, before the coupling
    // of this tier is made.
    const Tensor* down_gradient = nullptr;
    if (levels_[i]->has_down()) {
      CropUp(i, -2, R(i + 1));
      const Tensor& copy = down_gradient_.Get(device_, dtype_, levels_[i]->down().shape());
      device_.Copy(levels_[i]->down(), copy);
      down_gradient = &copy;
    }
    if (i > 0) PadDown(i - 1, Kr(i - 1));
    levels_[i]->AccumulateGradient(R(i), Kr(i), batch_, i > 0 ? &Coupling(i) : nullptr,
                                   down_gradient);
  }
}

absl::StatusOr<std::unique_ptr<MonotoneOperator>> MakeMultiTierConv(
    const MultiTierConvConfig& config, const MonotoneOperator::Context& context) {
  const std::vector<Index> channels(config.channels().begin(), config.channels().end());
  MONDEQ_ASSIGN_OR_RETURN(
      std::vector<Tier> tiers,
      MakeTiers(context.input, channels, config.torus_rows(), config.torus_columns()));
  return std::make_unique<MultiTierConv>(config.m(), std::move(tiers), context);
}

MONDEQ_REGISTER(MonotoneOperator, multi_tier_conv, MakeMultiTierConv);

}  // namespace
}  // namespace mondeq
