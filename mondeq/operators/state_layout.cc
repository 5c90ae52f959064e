#include "mondeq/operators/state_layout.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "mondeq/operators/copy_pixels.h"

namespace mondeq {

void CopyVisible(Device& device, const Tier& tier, const Tensor& memory, const Tensor& visible) {
  CopyPixels(device, tier.visible, memory, tier.memory.columns, visible, tier.visible.columns);
}

StateLayout::StateLayout(std::vector<Tier> tiers, Index border)
    : tiers_(std::move(tiers)), border_(border) {
  for (const Tier& tier : tiers_) {
    dim_ += tier.memory.dim();
    ends_.push_back(dim_);
  }
}

Tensor StateLayout::TierOf(std::size_t i, const Tensor& state) const {
  return state.Rows(i > 0 ? ends_[i - 1] : 0, ends_[i]);
}

Tensor StateLayout::VisibleTierOf(std::size_t i, Device& device, const Tensor& state) const {
  const Tensor rows = TierOf(i, state);
  const Tier& tier = tiers_[i];
  if (tier.all_visible()) return rows;
  const Tensor visible = device.Allocate(state.dtype(), {tier.visible.dim(), state.columns()});
  CopyVisible(device, tier, rows, visible);
  return visible;
}

void StateLayout::SetVisibleTierOf(std::size_t i, Device& device, const Tensor& visible,
                                   const Tensor& state) const {
  const Tier& tier = tiers_[i];
  CopyPixels(device, tier.visible, visible, tier.visible.columns, TierOf(i, state),
             tier.memory.columns);
}

Tensor StateLayout::MakeInteriorMask(Device& device) const {
  const bool all_inside =
      border_ == 0 && std::all_of(tiers_.begin(), tiers_.end(),
                                  [](const Tier& tier) { return tier.all_visible(); });
  if (all_inside) return {};
  std::vector<std::uint8_t> interior;
  for (const Tier& tier : tiers_) {
    const auto inside = [&](Index at, Index visible) {
      return at >= border_ && at < visible - border_;
    };
    for (Index y = 0; y < tier.memory.rows; ++y) {
      for (Index x = 0; x < tier.memory.columns; ++x) {
        const bool image = inside(y, tier.visible.rows) && inside(x, tier.visible.columns);
        interior.insert(interior.end(), static_cast<std::size_t>(tier.memory.channels),
                        image ? 1 : 0);
      }
    }
  }
  const Tensor mask = device.Allocate(DType::kUInt8, {dim_});
  device.CopyFromHost(interior.data(), mask);
  return mask;
}

}  // namespace mondeq
