// A model's parameters as a safetensors file, by their names (operator.A, injection.weight, ...).
// The metadata has
//   format      "mondeq"
//   experiment  the experiment's name
//   splitting   the splitting method, "mondeq.peaceman_rachford"
//   alpha       its step size
#ifndef MONDEQ_MODEL_WEIGHTS_H_
#define MONDEQ_MODEL_WEIGHTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/model/model.h"

namespace mondeq {

// In the type that the model computes in, float32 in training. Errors: those of file.h.
absl::Status SaveWeights(const std::string& path, const std::string& experiment, Model& model);

// Reads all parameters, and chooses alpha for them (alpha_policy.h). float32 and float64 are
// converted to the model's type. Errors, with the model unchanged: those of ReadSafetensors;
// kDataLoss for a parameter that is missing, surplus or of another shape.
absl::Status LoadWeights(const std::string& path, Model* model);

// The parts, for files that hold more (checkpoint.h).

// Adds the parameters as PREFIX + name, and splitting and alpha, to `file`.
void PutParameters(Model& model, const std::string& prefix, Safetensors* file);
// Sets the parameters from the arrays whose names begin with PREFIX, and chooses alpha. `path`
// stands for the file in messages.
absl::Status TakeParameters(const std::string& path, const std::string& prefix,
                            const Safetensors& file, Model* model);

// Whether `array` holds floats (of either size) in the shape of `tensor`.
bool Fits(const HostArray& array, const Tensor& tensor);
HostArray ToHostArray(Device& device, const Tensor& tensor);
// `array` into `tensor`, converted; false, and nothing done, unless it fits.
bool FromHostArray(Device& device, const HostArray& array, const Tensor& tensor);
// "float32 [87, 784]"
std::string Describe(const HostArray& array);

}  // namespace mondeq

#endif  // MONDEQ_MODEL_WEIGHTS_H_
