// Weights of the code that Winston & Kolter (2020) published (locuslab/monotone_op_net): what its
// state_dict holds, in a safetensors file, and what it is called here.
//   mon.linear_module.U.weight       injection.weight
//   mon.linear_module.U.bias         injection.bias
//   Wout.weight                      readout.weight
//   Wout.bias                        readout.bias
//   mon.linear_module.A.weight       operator.A             (one tier)
//   mon.linear_module.B.weight       operator.B
//   mon.linear_module.g              operator.gamma         (convolution)
//   mon.linear_module.h              operator.h
//   mon.linear_module.A0.I.weight    operator.A.I           (tier I of several)
//   mon.linear_module.B0.I.weight    operator.B.I
//   mon.linear_module.g.I            operator.gamma.I
//   mon.linear_module.h.I            operator.h.I
//   mon.linear_module.A_n0.I.weight  operator.A_down.I
//   mon.linear_module.gn.I           operator.gamma_down.I
// Kernels and matrices are the same arrays on both sides. Their g multiplies A'A (in multi-tier
// models its root multiplies A), so gamma = sqrt(g). Where gamma is
// negative, gamma^2 and the negative kernel are the same operator. g and h are scalars, which have
// no axes there and shape [1] here.
#ifndef MONDEQ_CLI_MONOTONE_OP_NET_H_
#define MONDEQ_CLI_MONOTONE_OP_NET_H_

#include <string>

#include "absl/status/statusor.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/device/parameters.h"

namespace mondeq {

// The parameters of a model from `theirs`, read from `path`; gamma in float64, all else as it is
// there. Errors: kInvalidArgument where their code has no such model; kDataLoss where an array is
// missing, surplus, of another shape or not finite, or g is negative.
absl::StatusOr<Safetensors> FromMonotoneOpNet(const Safetensors& theirs, const std::string& path,
                                              const ParameterStore& parameters);

// The state_dict of that code for a model of these parameters, `ours`, which were read from `path`:
// the inverse. g is rounded to gamma's type, and what it belongs to is negated where gamma is
// negative; all else is as it is here.
// Errors: kInvalidArgument where their code has no such model; kDataLoss where that type cannot
// hold g.
absl::StatusOr<Safetensors> ToMonotoneOpNet(const Safetensors& ours, const std::string& path,
                                            const ParameterStore& parameters);

}  // namespace mondeq

#endif  // MONDEQ_CLI_MONOTONE_OP_NET_H_
