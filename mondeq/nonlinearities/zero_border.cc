// Zero border: 0 outside the image of every tier, another sigma inside. The indicator of {0} is
// convex, so its prox, the constant 0, is allowed; it keeps images on a torus from wrapping round
// (Winston & Kolter 2020, appendix).
#include <algorithm>
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/nonlinearities/zero_border.pb.h"

namespace mondeq {
namespace {

struct Zero {
  template <class T>
  MONDEQ_HOST_DEVICE T operator()(T u, T) const {
    // A NaN must not hide here.
    return u == u ? T{0} : u;
  }
};

class ZeroBorder final : public ElementwiseProx<Nonlinearity> {
 public:
  ZeroBorder(std::unique_ptr<Nonlinearity> inner, const std::vector<Tier>& tiers)
      : inner_(std::move(inner)) {
    for (const Tier& tier : tiers) {
      const Features& torus = tier.features;
      const auto inside = [&](Index at, Index visible) {
        return at >= tier.border && at < visible - tier.border;
      };
      for (Index y = 0; y < torus.rows; ++y) {
        for (Index x = 0; x < torus.columns; ++x) {
          const bool image = inside(y, tier.visible.rows) && inside(x, tier.visible.columns);
          inside_.insert(inside_.end(), static_cast<std::size_t>(torus.channels), image);
        }
      }
    }
  }

  void Prox(Device& device, double alpha, const Tensor& u, const Tensor& z) const override {
    ForEveryRun(0, u.rows(), 1, [&](Index first, Index rows, bool inside) {
      const Tensor from = u.Rows(first, first + rows), to = z.Rows(first, first + rows);
      inside ? inner_->Prox(device, alpha, from, to) : RunProx(device, Zero(), alpha, from, to);
    });
  }
  void ProxAt(const Tensor& z_star, Device& device, double alpha, const Tensor& u,
              const Tensor& z) const override {
    ForEveryRun(0, u.rows(), 1, [&](Index first, Index rows, bool inside) {
      const Tensor from = u.Rows(first, first + rows), to = z.Rows(first, first + rows);
      if (inside) {
        inner_->ProxAt(z_star.Rows(first, first + rows), device, alpha, from, to);
      } else {
        RunProx(device, Zero(), alpha, from, to);
      }
    });
  }

  void Step(const PointwiseStep& step, const StepArrays& arrays,
            const Block& block) const override {
    ForEveryPart(block, SizeOf(arrays.z.dtype()), [&](const Block& part, bool inside) {
      inside ? inner_->Step(step, arrays, part) : RunStep(Zero(), step, arrays, part);
    });
  }
  void StepAt(const Tensor& z_star, const PointwiseStep& step, const StepArrays& arrays,
              const Block& block) const override {
    ForEveryPart(block, SizeOf(arrays.z.dtype()), [&](const Block& part, bool inside) {
      inside ? inner_->StepAt(z_star, step, arrays, part) : RunStep(Zero(), step, arrays, part);
    });
  }

  void Slope(Device& device, const Tensor& z, const Tensor& j) const override {
    ForEveryRun(0, z.rows(), 1, [&](Index first, Index rows, bool inside) {
      if (inside) {
        inner_->Slope(device, z.Rows(first, first + rows), j.Rows(first, first + rows));
      } else {
        device.Fill(0, j.Rows(first, first + rows));
      }
    });
  }

 private:
  // f(first row, rows, inside) for the runs of equal kind among rows first, first + step, ... .
  template <class F>
  void ForEveryRun(Index first, Index rows, Index step, F&& f) const {
    const auto inside = [&](Index i) {
      return inside_.empty() || inside_[static_cast<std::size_t>(first + i * step)];
    };
    for (Index begin = 0, end = 0; begin < rows; begin = end) {
      while (end < rows && inside(end) == inside(begin)) ++end;
      f(first + begin * step, end - begin, inside(begin));
    }
  }

  // f(part, inside) for the runs of equal kind among a block's rows; values have `size` bytes.
  template <class F>
  void ForEveryPart(const Block& block, std::size_t size, F&& f) const {
    ForEveryRun(
        block.first_row, block.rows, block.row_step, [&](Index first, Index rows, bool inside) {
          Block part = block;
          const Index skipped = (first - block.first_row) / block.row_step;
          part.v =
              static_cast<char*>(block.v) + static_cast<std::size_t>(skipped * block.stride) * size;
          part.first_row = first;
          part.rows = rows;
          f(part, inside);
        });
  }

  std::unique_ptr<Nonlinearity> inner_;
  // For every row of the state; empty (all inside) where no state is known.
  std::vector<bool> inside_;
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeZeroBorder(const ZeroBorderConfig& config,
                                                             const Nonlinearity::Context& context) {
  const ConfigSource unknown;
  auto inner = Registry<Nonlinearity>::Create(
      config.inner(), context.source != nullptr ? *context.source : unknown, context);
  if (!inner.ok()) return inner.status();
  return std::make_unique<ZeroBorder>(*std::move(inner), context.tiers);
}

MONDEQ_REGISTER(Nonlinearity, zero_border, MakeZeroBorder);

}  // namespace
}  // namespace mondeq
