// Zero border: 0 outside the image of every tier, another sigma inside. The indicator of {0} is
// convex, so its prox, the constant 0, is allowed; it keeps images on a torus from wrapping round
// (Winston & Kolter 2020, appendix).
#include <cstdint>
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/nonlinearities/zero_border.pb.h"

namespace mondeq {
namespace {

// x = 0 on the rows that the mask excludes.
template <class T>
struct ZeroOutside {
  const std::uint8_t* mask;
  Index batch;
  T* x;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    if (mask[row] != 0) return;
    for (Index i = row * batch + begin; i < row * batch + end; ++i) x[i] = ZeroProx()(x[i], T{1});
  }
};

// One for every row of the state, 0 on the borders.
std::vector<std::uint8_t> MakeMask(const std::vector<Tier>& tiers) {
  std::vector<std::uint8_t> mask;
  for (const Tier& tier : tiers) {
    const auto inside = [&](Index at, Index visible) {
      return at >= tier.border && at < visible - tier.border;
    };
    for (Index y = 0; y < tier.features.rows; ++y) {
      for (Index x = 0; x < tier.features.columns; ++x) {
        const bool image = inside(y, tier.visible.rows) && inside(x, tier.visible.columns);
        mask.insert(mask.end(), static_cast<std::size_t>(tier.features.channels), image ? 1 : 0);
      }
    }
  }
  return mask;
}

class ZeroBorder final : public Nonlinearity {
 public:
  // Without tiers all is inside.
  ZeroBorder(std::unique_ptr<Nonlinearity> inner, const Context& context)
      : inner_(std::move(inner)) {
    if (context.tiers.empty()) return;
    const std::vector<std::uint8_t> mask = MakeMask(context.tiers);
    mask_ = context.device->Allocate(DType::kUInt8, {static_cast<Index>(mask.size())});
    context.device->CopyFromHost(mask.data(), mask_);
  }

  void Prox(Device& device, double alpha, const Tensor& u, const Tensor& z) const override {
    inner_->Prox(device, alpha, u, z);
    Zero(device, z);
  }
  void ProxAt(const Tensor& z_star, Device& device, double alpha, const Tensor& u,
              const Tensor& z) const override {
    inner_->ProxAt(z_star, device, alpha, u, z);
    Zero(device, z);
  }
  void Step(const PointwiseStep& step, const StepArrays& arrays,
            const Block& block) const override {
    inner_->Step(Masked(step), arrays, block);
  }
  void StepAt(const Tensor& z_star, const PointwiseStep& step, const StepArrays& arrays,
              const Block& block) const override {
    inner_->StepAt(z_star, Masked(step), arrays, block);
  }
  void Slope(Device& device, const Tensor& z, const Tensor& j) const override {
    inner_->Slope(device, z, j);
    Zero(device, j);
  }

 private:
  PointwiseStep Masked(const PointwiseStep& step) const {
    PointwiseStep masked = step;
    if (!mask_.empty()) masked.mask = mask_.data<std::uint8_t>();
    return masked;
  }

  void Zero(Device& device, const Tensor& x) const {
    if (mask_.empty()) return;
    DispatchFloat(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      ForEachRow(device, x.rows(), x.columns(),
                 ZeroOutside<T>{mask_.data<std::uint8_t>(), x.columns(), x.data<T>()});
    });
  }

  std::unique_ptr<Nonlinearity> inner_;
  Tensor mask_;
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeZeroBorder(const ZeroBorderConfig& config,
                                                             const Nonlinearity::Context& context) {
  const ConfigSource unknown;
  auto inner = Registry<Nonlinearity>::Create(
      config.inner(), context.source != nullptr ? *context.source : unknown, context);
  if (!inner.ok()) return inner.status();
  return std::make_unique<ZeroBorder>(*std::move(inner), context);
}

MONDEQ_REGISTER(Nonlinearity, zero_border, MakeZeroBorder);

}  // namespace
}  // namespace mondeq
