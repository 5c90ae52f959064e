// Whether what was computed is finite, and the error where it is not: the device's own, if it has
// one, for everything that a broken device computes reads as NaN; else kOutOfRange with a text that
// says what was expected and found, and where.
#ifndef MONDEQ_MODEL_CHECK_FINITE_H_
#define MONDEQ_MODEL_CHECK_FINITE_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "mondeq/device/device.h"
#include "mondeq/device/parameters.h"
#include "mondeq/splitting/solver.h"

namespace mondeq {

// `text` is called only for an error.
using ErrorText = absl::FunctionRef<std::string()>;

// Checks one value.
absl::Status CheckFinite(Device& device, double value, ErrorText text);

// Checks what a solve has found, by how it ended.
absl::Status CheckFinite(Device& device, const SolveStats& stats, ErrorText text);

// Checks all elements of a float tensor.
absl::Status CheckFinite(Device& device, const Tensor& tensor, ErrorText text);

// The first parameter of which that part, its value or its gradient, is not finite; null if there
// is none.
const Parameter* FirstNotFinite(Device& device, const ParameterStore& parameters,
                                Tensor Parameter::*part);

// For the text of such an error: "; the last step of the optimiser made operator.A so" if a
// parameter is not finite, else nothing.
std::string BlameParameter(Device& device, const ParameterStore& parameters);

}  // namespace mondeq

#endif  // MONDEQ_MODEL_CHECK_FINITE_H_
