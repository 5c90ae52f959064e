#include "mondeq/model/weights.h"

#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/status.h"
#include "mondeq/core/version.h"
#include "mondeq/model/alpha_policy.h"

namespace mondeq {
namespace {

absl::Status Refuse(const std::string& path, absl::string_view name, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(path, ": ", name, ": ", what));
}

// Refuses weights that normalisation would bring back to a magnitude of 1 after numbers among them
// have counted as zero.
absl::Status CheckNotLost(const HostArray& array, DType dtype, const std::string& where) {
  double largest = 0;
  for (const double value : array.ToDoubles()) largest = std::max(largest, std::abs(value));
  const FloatLimits limits = LimitsOf(dtype);
  if (largest == 0 || largest >= limits.least / limits.epsilon) return absl::OkStatus();
  return absl::DataLossError(absl::StrFormat(
      "%s: expected zeros, or numbers up to %.1g at least, found %.3g at most: %s "
      "counts what is below %.2g as zero",
      where, limits.least / limits.epsilon, largest, ToString(dtype), limits.least));
}

// Checks that the arrays under `prefix` have the names and shapes of the model's parameters.
absl::Status CheckParameters(const std::string& path, const std::string& prefix,
                             const Safetensors& file, Model* model) {
  std::set<std::string> expected;
  for (const Parameter& parameter : model->parameters().parameters()) {
    const std::string name = prefix + parameter.name;
    const std::string shape = parameter.shape.ToString();
    expected.insert(name);
    const auto found = file.arrays.find(name);
    if (found == file.arrays.end()) {
      return Refuse(path, name,
                    absl::StrCat("expected a parameter ", shape, ", found ",
                                 prefix.empty() ? DescribeMissing(file, name) : "none"));
    }
    if (!Fits(found->second, parameter.value)) {
      return Refuse(path, name,
                    absl::StrCat("expected ", kFloatTypes, " of shape ", shape, ", found ",
                                 ToString(found->second)));
    }
    MONDEQ_RETURN_IF_ERROR(
        CheckFinite(found->second, model->dtype(), absl::StrCat(path, ": ", name)));
    if (absl::StartsWith(parameter.name, "operator.") && parameter.shape.rank() > 1) {
      MONDEQ_RETURN_IF_ERROR(
          CheckNotLost(found->second, model->dtype(), absl::StrCat(path, ": ", name)));
    }
  }
  for (const auto& entry : file.arrays) {
    const bool is_parameter = entry.first.compare(0, prefix.size(), prefix) == 0;
    if (is_parameter && entry.second.is_float() && expected.count(entry.first) == 0) {
      return Refuse(path, entry.first,
                    absl::StrCat("found ", ToString(entry.second),
                                 ", expected only the parameters of this model: ",
                                 absl::StrJoin(expected, ", ")));
    }
  }
  return absl::OkStatus();
}

// What the metadata tell of how the weights were used; 0 where they do not.
struct Known {
  // That of the model's own method.
  double alpha = 0;
  // That of these parameters.
  double lipschitz = 0;
};

// What tells whether an L is that of the parameters under `prefix`: the CRC-32 of the operator's m
// and of its parameters in float32, in which files of all types agree.
std::string LipschitzOf(const std::string& prefix, const Safetensors& file, const Model& model) {
  std::string bytes = absl::StrFormat("%.17g", model.op().m());
  for (const Parameter& parameter : model.parameters().parameters()) {
    if (!absl::StartsWith(parameter.name, "operator.")) continue;
    const std::vector<double> values = file.arrays.at(prefix + parameter.name).ToDoubles();
    const std::vector<float> narrow(values.begin(), values.end());
    bytes.append(reinterpret_cast<const char*>(narrow.data()), narrow.size() * sizeof(float));
  }
  return SafetensorsChecksum(bytes);
}

// Sets *value to the number in metadata `key`, which is positive in that type, if it is there.
absl::Status FindPositive(const std::string& path, const Safetensors& file, const std::string& key,
                          DType dtype, double* value) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) return absl::OkStatus();
  const FloatLimits limits = LimitsOf(dtype);
  if (absl::SimpleAtod(found->second, value) && *value >= limits.least && *value <= limits.most) {
    return absl::OkStatus();
  }
  return Refuse(path, absl::StrCat("metadata ", key),
                absl::StrCat("expected a positive number that a ", ToString(dtype),
                             " can hold, found \"", found->second, "\""));
}

absl::StatusOr<Known> FindKnown(const std::string& path, const std::string& prefix,
                                const Safetensors& file, const Model& model) {
  Known known;
  MONDEQ_RETURN_IF_ERROR(FindPositive(path, file, "alpha", model.dtype(), &known.alpha));
  MONDEQ_RETURN_IF_ERROR(FindPositive(path, file, "lipschitz", model.dtype(), &known.lipschitz));
  const auto method = file.metadata.find("splitting");
  if (method == file.metadata.end() || method->second != model.method_name()) known.alpha = 0;
  const auto owner = file.metadata.find("lipschitz_of");
  if (owner == file.metadata.end() || owner->second != LipschitzOf(prefix, file, model)) {
    known.lipschitz = 0;
  }
  return known;
}

}  // namespace

absl::Status CheckFinite(const HostArray& array, DType dtype, const std::string& where) {
  const double largest = LimitsOf(dtype).most;
  const std::vector<double> values = array.ToDoubles();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::abs(values[i]) <= largest) continue;
    const std::string what = std::isfinite(values[i])
                                 ? absl::StrCat("numbers that a ", ToString(dtype), " can hold")
                                 : "finite numbers";
    return absl::DataLossError(
        absl::StrCat(where, ": expected ", what, ", found ", values[i], " at element ", i));
  }
  return absl::OkStatus();
}

std::vector<Index> Extents(const Shape& shape) {
  std::vector<Index> extents;
  for (int i = 0; i < shape.rank(); ++i) extents.push_back(shape[i]);
  return extents;
}

bool Fits(const HostArray& array, const Tensor& tensor) {
  return array.is_float() && array.shape == Extents(tensor.shape());
}

HostArray ToHostArray(Device& device, const Tensor& tensor) {
  return DispatchFloat(tensor.dtype(), [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> values(static_cast<std::size_t>(tensor.size()));
    device.CopyToHost(tensor, values.data());
    return HostArray::From<T>(Extents(tensor.shape()), values);
  });
}

bool FromHostArray(Device& device, const HostArray& array, const Tensor& tensor) {
  if (!Fits(array, tensor)) return false;
  DispatchFloat(tensor.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const std::vector<double> values = array.ToDoubles();
    std::vector<T> converted(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) converted[i] = static_cast<T>(values[i]);
    device.CopyFromHost(converted.data(), tensor);
  });
  return true;
}

Tensor ToTensor(Device& device, DType dtype, const HostArray& array) {
  const Tensor tensor = device.Allocate(dtype, {array.shape[0], array.shape[1]});
  MONDEQ_CHECK(FromHostArray(device, array, tensor));
  return tensor;
}

absl::Status PutParameters(Model& model, const std::string& prefix, Safetensors* file) {
  const double lipschitz = model.Lipschitz();
  if (!(lipschitz <= LimitsOf(model.dtype()).most)) {
    return absl::OutOfRangeError(absl::StrCat("these weights are too large for ",
                                              ToString(model.dtype()), ": L = ||I - W|| is ",
                                              lipschitz));
  }
  for (const Parameter& parameter : model.parameters().parameters()) {
    file->arrays[prefix + parameter.name] = ToHostArray(model.device(), parameter.value);
  }
  file->metadata["version"] = kVersion;
  file->metadata["splitting"] = model.method_name();
  file->metadata["alpha"] = absl::StrFormat("%.17g", model.alpha());
  file->metadata["lipschitz"] = absl::StrFormat("%.17g", lipschitz);
  file->metadata["lipschitz_of"] = LipschitzOf(prefix, *file, model);
  return absl::OkStatus();
}

absl::Status TakeParameters(const std::string& path, const std::string& prefix,
                            const Safetensors& file, Model* model) {
  MONDEQ_RETURN_IF_ERROR(CheckParameters(path, prefix, file, model));
  MONDEQ_ASSIGN_OR_RETURN(const Known known, FindKnown(path, prefix, file, *model));
  for (const Parameter& parameter : model->parameters().parameters()) {
    MONDEQ_CHECK(
        FromHostArray(model->device(), file.arrays.at(prefix + parameter.name), parameter.value));
  }
  model->ParametersChanged();
  if (known.lipschitz > 0) model->set_lipschitz(known.lipschitz);
  ChooseAlphaForWeights(known.alpha, model);
  if (model->alpha() > 0 && std::isfinite(model->alpha())) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      path, ": these weights are too large for ", ToString(model->dtype()), ": L = ||I - W|| is ",
      model->Lipschitz(), ", from which no step size alpha can be chosen"));
}

absl::Status SaveWeights(const std::string& path,
                         const std::map<std::string, std::string>& metadata, Model& model) {
  Safetensors file;
  file.metadata = metadata;
  file.metadata["format"] = "mondeq";
  MONDEQ_RETURN_IF_ERROR(PutParameters(model, "", &file));
  return WriteSafetensors(path, file);
}

}  // namespace mondeq
