// How the outside is embedded in an operator's state, and the state exposed to it. Only operators
// know what their states look like; everybody else goes by this.
//
// A state [dim, batch] is one tier after another. U x + b enters the first tier, and the readout
// sees the last one.
#ifndef MONDEQ_OPERATORS_STATE_LAYOUT_H_
#define MONDEQ_OPERATORS_STATE_LAYOUT_H_

#include <cstddef>
#include <vector>

#include "mondeq/core/features.h"
#include "mondeq/device/device.h"

namespace mondeq {

// An image, or a vector, at the top left of what holds it in memory.
struct Tier {
  // What lies in memory. For an image it is a torus, which may be larger than what is visible.
  Features memory;
  // The image and its border, as files and the readout see them.
  Features visible;

  static Tier Of(const Features& features) { return {features, features}; }
  bool all_visible() const { return memory == visible; }
};

// visible [visible.dim(), batch] = what is visible of a tier [memory.dim(), batch].
void CopyVisible(Device& device, const Tier& tier, const Tensor& memory, const Tensor& visible);

class StateLayout {
 public:
  // `border` is the number of pixels around the image, inside what is visible of every tier, that a
  // zero_border nonlinearity holds at zero.
  explicit StateLayout(std::vector<Tier> tiers, Index border = 0);

  Index dim() const { return dim_; }
  const std::vector<Tier>& tiers() const { return tiers_; }

  // The features of U x + b, the row and column in them at which an image of the input begins, and
  // the rows of a state that hold them.
  const Features& injected() const { return tiers_.front().memory; }
  Index origin() const { return border_; }
  Tensor Injected(const Tensor& state) const { return TierOf(0, state); }

  // What the readout sees, and the rows of a state that hold it.
  const Tier& exposed() const { return tiers_.back(); }
  Tensor Exposed(const Tensor& state) const { return TierOf(tiers_.size() - 1, state); }

  // The rows of a state that are tier i.
  Tensor TierOf(std::size_t i, const Tensor& state) const;
  // What is visible of tier i, [visible.dim(), batch]. It is allocated, unless it is the whole
  // tier.
  Tensor VisibleTierOf(std::size_t i, Device& device, const Tensor& state) const;
  // Makes `visible` [visible.dim(), batch] what is visible of tier i. The rest of it stays.
  void SetVisibleTierOf(std::size_t i, Device& device, const Tensor& visible,
                        const Tensor& state) const;

  // One byte for every row of the state: 0 on borders and outside of what is visible, else 1.
  // Empty if it would be all ones.
  Tensor MakeInteriorMask(Device& device) const;

 private:
  std::vector<Tier> tiers_;
  Index border_;
  std::vector<Index> ends_;
  Index dim_ = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_STATE_LAYOUT_H_
