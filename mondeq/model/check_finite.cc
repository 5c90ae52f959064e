#include "mondeq/model/check_finite.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"
#include "mondeq/device/norm.h"

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

absl::Status CheckFinite(Device& device, const Tensor& tensor, ErrorText text) {
  return Check(device, std::isfinite(Norm(device, tensor)), text);
}

const Parameter* FirstNotFinite(Device& device, const ParameterStore& parameters,
                                Tensor Parameter::*part) {
  for (const Parameter& parameter : parameters.parameters()) {
    if (!std::isfinite(Norm(device, parameter.*part))) return &parameter;
  }
  return nullptr;
}

std::string BlameParameter(Device& device, const ParameterStore& parameters) {
  const Parameter* bad = FirstNotFinite(device, parameters, &Parameter::value);
  if (bad == nullptr) return "";
  return absl::StrCat("; the last step of the optimiser made ", bad->name,
                      " so: its gradient or the learning rate was too large");
}

}  // namespace mondeq
