// Zero border: 0 outside the image of every tier, another sigma inside. The indicator of {0} is
// convex, so its prox, the constant 0, is allowed; it keeps images on a torus from wrapping round
// (Winston & Kolter 2020, appendix).
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/nonlinearities/zero_border.pb.h"

namespace mondeq {
namespace {

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeZeroBorder(const ZeroBorderConfig& config,
                                                             const Nonlinearity::Context& context) {
  const ConfigSource unknown;
  MONDEQ_ASSIGN_OR_RETURN(
      auto inner,
      Registry<Nonlinearity>::Create(
          config.inner(), context.source != nullptr ? *context.source : unknown, context));
  inner->HoldAtZeroOutside(context.interior);
  return inner;
}

MONDEQ_REGISTER(Nonlinearity, zero_border, MakeZeroBorder);

}  // namespace
}  // namespace mondeq
