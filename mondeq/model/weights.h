// A model's parameters as a safetensors file, by their names (operator.A, injection.weight, ...).
// The metadata has
//   format      "mondeq"
//   version     that of mondeq that wrote the file
//   splitting   the splitting method, "mondeq.peaceman_rachford"
//   alpha       its step size
//   lipschitz   L = ||I - W||_2, which takes longer to find than one sample takes to solve; absent
//               where it is not finite in the model's type
//   lipschitz_of  the checksum of the operator and its m that L belongs to; with others L is not
//               believed
// and what else the writer adds, as the config that the parameters belong to (weights_config.h).
#ifndef MONDEQ_MODEL_WEIGHTS_H_
#define MONDEQ_MODEL_WEIGHTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/model/model.h"

namespace mondeq {

// Writes the parameters in the type that the model computes in, float32 in training, with
// `metadata` added; format and what PutParameters adds are replaced there. Errors: those of
// PutParameters and of file.h.
absl::Status SaveWeights(const std::string& path,
                         const std::map<std::string, std::string>& metadata, Model& model);

// Adds the parameters as PREFIX + name, and version, splitting, alpha, lipschitz and lipschitz_of,
// to `file`. Errors: kOutOfRange where L is beyond the model's type, since nothing could be made of
// such weights.
absl::Status PutParameters(Model& model, const std::string& prefix, Safetensors* file);

// Sets all parameters from the arrays whose names begin with PREFIX, and chooses alpha for them
// (alpha_policy.h), from the L in the file if it has that of these parameters. float32 and float64
// are converted to the model's type. `path` stands for the file in messages. Errors, with the model
// unchanged: kDataLoss for a parameter that is missing, surplus or of another shape, or that has an
// element which is not finite in the model's type, and for an alpha or L that is no positive
// number; with the model changed: kDataLoss where the weights are so large that no alpha can be
// chosen. Arrays of other types than floats, counters and masks, may be there.
absl::Status TakeParameters(const std::string& path, const std::string& prefix,
                            const Safetensors& file, Model* model);

// Checks that all of a float array is finite, and stays so in the type of a model. `where` begins
// the message. Errors: kDataLoss that names the first element that is not.
absl::Status CheckFinite(const HostArray& array, DType dtype, const std::string& where);
// A tensor's extents, as files have them.
std::vector<Index> Extents(const Shape& shape);
// Whether `array` holds floats (of either size) in the shape of `tensor`.
bool Fits(const HostArray& array, const Tensor& tensor);
HostArray ToHostArray(Device& device, const Tensor& tensor);
// Copies `array` into `tensor`, converted to its type. Returns false, with nothing done, unless it
// fits.
bool FromHostArray(Device& device, const HostArray& array, const Tensor& tensor);
// A tensor of what an array of floats of two dimensions holds.
Tensor ToTensor(Device& device, DType dtype, const HostArray& array);

}  // namespace mondeq

#endif  // MONDEQ_MODEL_WEIGHTS_H_
