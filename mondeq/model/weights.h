// A model's parameters as a safetensors file, by their names (operator.A, injection.weight, ...).
// The metadata has
//   format      "mondeq"
//   splitting   the splitting method, "mondeq.peaceman_rachford"
//   alpha       its step size
// and what else the writer adds, as the config that the parameters belong to (weights_config.h).
#ifndef MONDEQ_MODEL_WEIGHTS_H_
#define MONDEQ_MODEL_WEIGHTS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/model/model.h"

namespace mondeq {

// Writes the parameters in the type that the model computes in, float32 in training, with
// `metadata` added, whose format, splitting and alpha are replaced. Errors: those of file.h.
absl::Status SaveWeights(const std::string& path,
                         const std::map<std::string, std::string>& metadata, Model& model);

// Adds the parameters as PREFIX + name, and splitting and alpha, to `file`.
void PutParameters(Model& model, const std::string& prefix, Safetensors* file);

// Sets all parameters from the arrays whose names begin with PREFIX, and chooses alpha for them
// (alpha_policy.h). float32 and float64 are converted to the model's type. `path` stands for the
// file in messages. Errors, with the model unchanged: kDataLoss for a parameter that is missing,
// surplus or of another shape. Arrays of types that are not read (ElementType::kOther) may be
// there.
absl::Status TakeParameters(const std::string& path, const std::string& prefix,
                            const Safetensors& file, Model* model);

// Whether `array` holds floats (of either size) in the shape of `tensor`.
bool Fits(const HostArray& array, const Tensor& tensor);
HostArray ToHostArray(Device& device, const Tensor& tensor);
// Copies `array` into `tensor`, converted to its type. Returns false, with nothing done, unless it
// fits.
bool FromHostArray(Device& device, const HostArray& array, const Tensor& tensor);
// Describes type and shape for messages: "float32 [87, 784]".
std::string Describe(const HostArray& array);

}  // namespace mondeq

#endif  // MONDEQ_MODEL_WEIGHTS_H_
