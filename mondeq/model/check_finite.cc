#include "mondeq/model/check_finite.h"

#include <cmath>

#include "mondeq/core/status.h"

namespace mondeq {
namespace {

absl::Status Check(Device& device, bool finite, ErrorText text) {
  if (finite) return absl::OkStatus();
  MONDEQ_RETURN_IF_ERROR(device.status());
  return absl::OutOfRangeError(text());
}

}  // namespace

absl::Status CheckFinite(Device& device, double value, ErrorText text) {
  return Check(device, std::isfinite(value), text);
}

absl::Status CheckFinite(Device& device, const SolveStats& stats, ErrorText text) {
  return Check(device, stats.termination != Termination::kNonFinite, text);
}

}  // namespace mondeq
