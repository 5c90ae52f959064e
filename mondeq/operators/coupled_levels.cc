#include "mondeq/operators/coupled_levels.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "mondeq/device/for_each.h"
#include "mondeq/device/slab_transform.h"
#include "mondeq/operators/copy_pixels.h"

namespace mondeq {
namespace {

// Makes a map on the whole state serve the blocks of one tier, whose rows and slots count from the
// tier's first.
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
  bool runs_on_slabs() const override { return map_.runs_on_slabs(); }
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
// top left part; the rows of the block are `step` apart in the state, from `first` on.
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

// The same on slabs of spectra.
template <class T>
struct ZeroOutsideOfSlabs {
  static constexpr int kThreads = SlabTransform::kMostThreads, kGroups = SlabTransform::kGroups;

  SlabTransform slab;
  Features image;

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index index) const {
    auto* data = group.shared<Complex<T>>();
    const T scale = static_cast<T>(slab.scale);
    TransformSlab<T, /*kAlone=*/false>(slab, /*inverse=*/true, index, group);
    group.ForEach(slab.size(), [&](int t) {
      const int pixel = slab.PixelAt(slab.by_width(t)), row = slab.by_columns(pixel);
      const bool inside = row < image.rows && pixel - row * slab.columns.n < image.columns;
      data[t] = inside ? Complex<T>{scale * data[t].re, scale * data[t].im} : Complex<T>{};
    });
    TransformSlab<T, /*kAlone=*/false>(slab, /*inverse=*/false, index, group);
  }
};

class Crop final : public BlockMap {
 public:
  Crop(const Features& torus, const Features& image, DType dtype)
      : torus_(torus), image_(image), dtype_(dtype) {}

  void operator()(const Block& block) const override {
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      if constexpr (kOnSlabs<T>) {
        if (block.slab != nullptr) {
          return LaunchSlabs<T>(*block.stream, *block.slab, 0,
                                ZeroOutsideOfSlabs<T>{*block.slab, image_});
        }
      }
      ForEachRow(block, ZeroOutside<T>{torus_, image_, block.first_row, block.row_step,
                                       static_cast<T*>(block.v), block.stride});
    });
  }
  bool runs_on_slabs() const override { return true; }

 private:
  Features torus_, image_;
  DType dtype_;
};

}  // namespace

CoupledLevels::CoupledLevels(const std::vector<Tier>& tiers, double m, Index kernel_size,
                             const MonotoneOperator::Context& context)
    : device_(*context.device),
      dtype_(context.dtype),
      m_(m),
      tiers_(tiers),
      spectra_(tiers.size()) {
  Index slots = 0;
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    const Tier* below = i + 1 < tiers_.size() ? &tiers_[i + 1] : nullptr;
    levels_.push_back(std::make_unique<ConvLevel>(tiers_[i], below, m, kernel_size,
                                                  absl::StrCat(".", i), context));
    slots += levels_.back()->slots();
    slot_ends_.push_back(slots);
  }
}

void CoupledLevels::ParametersChanged() {
  for (const auto& level : levels_) level->ParametersChanged();
}

void CoupledLevels::Prepare(const Multiplier& multiplier) {
  for (const auto& level : levels_) level->Prepare(OfTier(multiplier, *level));
}

std::vector<Tensor> CoupledLevels::PreparePart(const Multiplier& multiplier, Part part) {
  std::vector<Tensor> matrices;
  for (const auto& level : levels_) level->PreparePart(OfTier(multiplier, *level), part, &matrices);
  return matrices;
}

void CoupledLevels::Reserve(Index batch) {
  batch_ = batch;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    const Shape shape = levels_[i]->SpectrumShape(batch);
    spectra_[i].r.Get(device_, dtype_, shape);
    spectra_[i].kr.Get(device_, dtype_, shape);
    if (!levels_[i]->has_down()) continue;
    levels_[i]->ReserveDown(batch);
    if (SamplesFit(i)) continue;
    spectra_[i + 1].coupling.Get(device_, dtype_, levels_[i + 1]->SpectrumShape(batch));
    spectra_[i + 1].pixels.Get(device_, dtype_, {tiers_[i + 1].memory.dim(), batch});
    const Index half = levels_[i]->half().pixels() * levels_[i]->below();
    spectra_[i].half_pixels.Get(device_, dtype_, {half, batch});
  }
}

template <class F>
void CoupledLevels::ForEveryTier(const Tensor& x, F&& f) {
  Index row = 0;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    const Index dim = tiers_[i].memory.dim();
    f(i, x.Rows(row, row + dim));
    row += dim;
  }
}

void CoupledLevels::Transform(const Tensor& x) {
  Reserve(x.columns());
  ForEveryTier(x, [&](std::size_t i, const Tensor& tier) {
    levels_[i]->torus().Transform(tier, levels_[i]->channels(), R(i));
  });
}

void CoupledLevels::Invert(const Tensor& y) {
  ForEveryTier(y, [&](std::size_t i, const Tensor& tier) {
    levels_[i]->torus().Invert(R(i), levels_[i]->channels(), tier);
  });
}

void CoupledLevels::Zero() {
  for (std::size_t i = 0; i < levels_.size(); ++i) device_.Fill(0, R(i));
}

void CoupledLevels::Scale(double factor) {
  for (std::size_t i = 0; i < levels_.size(); ++i) device_.Axpby(factor, R(i), 0, R(i));
}

void CoupledLevels::Map(const BlockMap& map) {
  Index row = 0;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    ConvLevel& level = *levels_[i];
    const Index dim = tiers_[i].memory.dim(), slot = i > 0 ? slot_ends_[i - 1] : 0;
    level.torus().Map(R(i), level.channels(), batch_, TierMap(map, row, dim, slot));
    row += dim;
  }
}

void CoupledLevels::Multiply(Direction direction, const Multiplier& multiplier) {
  if (multiplier.is_resolvent()) {
    MultiplyByResolvent(direction, multiplier);
  } else {
    MultiplyByOperator(direction, multiplier);
  }
}

void CoupledLevels::MultiplyByOperator(Direction direction, const Multiplier& multiplier) {
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    levels_[i]->Apply(direction, 1, levels_[i]->N(), R(i), batch_, 0, Kr(i));
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
    device_.Axpby(multiplier.factor, Kr(i), multiplier.shift(m_), R(i));
  }
}

// Solves by block substitution: what a tier gets from its neighbour is added to its right-hand
// side.
void CoupledLevels::MultiplyByResolvent(Direction direction, const Multiplier& multiplier) {
  const Multiplier v = multiplier::V(multiplier.alpha);
  const std::size_t count = levels_.size();
  for (std::size_t step = 0; step < count; ++step) {
    const std::size_t i = direction == Direction::kForward ? step : count - 1 - step;
    if (step > 0) {
      device_.Copy(R(i), Kr(i));
      AddCoupling(i, -2 * multiplier.alpha, direction);
    }
    const Tensor& right = step > 0 ? Kr(i) : R(i);
    if (step + 1 == count) {
      levels_[i]->Apply(direction, multiplier.factor, v, right, batch_, multiplier.identity, R(i));
    } else {
      levels_[i]->Apply(direction, 1, v, right, batch_, 0, Kr(i));
      device_.Axpby(multiplier.factor, Kr(i), multiplier.identity, R(i));
    }
  }
}

void CoupledLevels::AddCoupling(std::size_t i, double factor, Direction direction) {
  if (direction == Direction::kForward) {
    PadDown(i - 1, Kr(i - 1));
    levels_[i]->ApplyA(Direction::kForward, factor, Coupling(i), batch_, 1, Kr(i));
  } else {
    CropUp(i, factor, Kr(i + 1));
    levels_[i]->AddUp(1, batch_, Kr(i));
  }
}

void CoupledLevels::PadDown(std::size_t i, const Tensor& x) {
  levels_[i]->ApplyDown(x, batch_);
  CarrySamples(i, /*pad=*/true);
}

void CoupledLevels::CropUp(std::size_t i, double factor, const Tensor& x) {
  levels_[i + 1]->ApplyA(Direction::kAdjoint, factor, x, batch_, 0, Coupling(i + 1));
  CarrySamples(i, /*pad=*/false);
}

bool CoupledLevels::SamplesFit(std::size_t i) const {
  const Features &tier = tiers_[i].memory, &below = tiers_[i + 1].memory;
  return tier.rows == 2 * below.rows && tier.columns == 2 * below.columns;
}

// Where the torus is larger than what is visible it has more samples. They are left out, since at
// the equilibrium they are zero: they lie outside the image.
Features CoupledLevels::Samples(std::size_t i) const {
  const Features& visible = tiers_[i].visible;
  return {visible.rows / 2, visible.columns / 2, levels_[i]->below()};
}

void CoupledLevels::CarrySamples(std::size_t i, bool pad) {
  ConvLevel& level = *levels_[i];
  Torus &half = level.half(), &torus = levels_[i + 1]->torus();
  if (SamplesFit(i)) {
    const Crop crop(tiers_[i + 1].memory, Samples(i), dtype_);
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

// Every tier's own, and what couples it to the one before: two products, and as many transforms.
double CoupledLevels::RoundingConstant() {
  double constant = 0;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    constant += levels_[i]->RoundingConstant();
    if (i == 0) continue;
    const double coupling = 2 * levels_[i]->NormOfA() * levels_[i - 1]->NormOfDown();
    const auto channels = static_cast<double>(levels_[i - 1]->channels()),
               pixels = static_cast<double>(levels_[i - 1]->torus().pixels());
    constant += 16 * (3 * std::sqrt(channels) + 2 * std::log2(pixels)) * coupling;
  }
  return constant;
}

void CoupledLevels::AccumulateGradient(const Tensor& u, const Tensor& z) {
  Transform(u);
  ForEveryTier(z, [&](std::size_t i, const Tensor& tier) {
    levels_[i]->torus().Transform(tier, levels_[i]->channels(), Kr(i));
  });
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    // What tier i + 1 adds to the gradient of D_i, from u_{i+1}' W_{i+1,i} z_i = -2 (A_{i+1}
    // u_{i+1})' D_i z_i. It is copied, because the level's AccumulateGradient overwrites down().
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

}  // namespace mondeq
