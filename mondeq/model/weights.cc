#include "mondeq/model/weights.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/status.h"
#include "mondeq/model/alpha_policy.h"

namespace mondeq {
namespace {

std::vector<Index> Extents(const Shape& shape) {
  std::vector<Index> extents;
  for (int i = 0; i < shape.rank(); ++i) extents.push_back(shape[i]);
  return extents;
}

absl::Status Refuse(const std::string& path, absl::string_view name, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(path, ": ", name, ": ", what));
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
                    absl::StrCat("expected float ", shape, ", found ", Describe(found->second)));
    }
  }
  for (const auto& entry : file.arrays) {
    const bool is_parameter = entry.first.compare(0, prefix.size(), prefix) == 0;
    const bool is_read = entry.second.type != ElementType::kOther;
    if (is_parameter && is_read && expected.count(entry.first) == 0) {
      return Refuse(path, entry.first,
                    absl::StrCat("found ", Describe(entry.second),
                                 ", expected only the parameters of this model: ",
                                 absl::StrJoin(expected, ", ")));
    }
  }
  return absl::OkStatus();
}

// Returns the alpha that the weights were used with, or 0 if it was that of another method or is
// not there.
double TrainedAlpha(const Safetensors& file, const Model& model) {
  const auto method = file.metadata.find("splitting"), text = file.metadata.find("alpha");
  double alpha = 0;
  if (method == file.metadata.end() || method->second != model.method_name() ||
      text == file.metadata.end() || !absl::SimpleAtod(text->second, &alpha)) {
    return 0;
  }
  return alpha;
}

}  // namespace

std::string Describe(const HostArray& array) {
  std::string type = "integer";
  if (array.type == ElementType::kFloat32) type = "float32";
  if (array.type == ElementType::kFloat64) type = "float64";
  if (array.type == ElementType::kOther) type = TypeName(array);
  return absl::StrCat(type, " [", absl::StrJoin(array.shape, ", "), "]");
}

bool Fits(const HostArray& array, const Tensor& tensor) {
  return (array.type == ElementType::kFloat32 || array.type == ElementType::kFloat64) &&
         array.shape == Extents(tensor.shape());
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

void PutParameters(Model& model, const std::string& prefix, Safetensors* file) {
  for (const Parameter& parameter : model.parameters().parameters()) {
    file->arrays[prefix + parameter.name] = ToHostArray(model.device(), parameter.value);
  }
  file->metadata["splitting"] = model.method_name();
  file->metadata["alpha"] = absl::StrFormat("%.17g", model.alpha());
}

absl::Status TakeParameters(const std::string& path, const std::string& prefix,
                            const Safetensors& file, Model* model) {
  MONDEQ_RETURN_IF_ERROR(CheckParameters(path, prefix, file, model));
  for (const Parameter& parameter : model->parameters().parameters()) {
    MONDEQ_CHECK(
        FromHostArray(model->device(), file.arrays.at(prefix + parameter.name), parameter.value));
  }
  model->ParametersChanged();
  ChooseAlphaForWeights(TrainedAlpha(file, *model), model);
  return absl::OkStatus();
}

absl::Status SaveWeights(const std::string& path,
                         const std::map<std::string, std::string>& metadata, Model& model) {
  Safetensors file;
  file.metadata = metadata;
  file.metadata["format"] = "mondeq";
  PutParameters(model, "", &file);
  return WriteSafetensors(path, file);
}

}  // namespace mondeq
