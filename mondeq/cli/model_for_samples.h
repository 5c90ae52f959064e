// The model of weights that may be without a config: what these leave open, the samples tell.
#ifndef MONDEQ_CLI_MODEL_FOR_SAMPLES_H_
#define MONDEQ_CLI_MODEL_FOR_SAMPLES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/optional.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/samples.h"

namespace mondeq {

// The input of the model where config or weights tell it.
absl::optional<Features> KnownInput(const Setup& setup);

// Makes the setup's model for x, which was read from x_path. Errors: those of MakeModel; kDataLoss
// where x is not what the model takes.
absl::Status MakeModelFor(const SampleArray& x, const std::string& x_path, DType dtype,
                          Setup* setup);

}  // namespace mondeq

#endif  // MONDEQ_CLI_MODEL_FOR_SAMPLES_H_
