// A small model for tests: a dense network of 12 units for images of 2 x 5 pixels and three
// classes, and a batch for it.
#ifndef MONDEQ_MODEL_SMALL_MODEL_TESTING_H_
#define MONDEQ_MODEL_SMALL_MODEL_TESTING_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/core/config_source.h"
#include "mondeq/device/device.h"
#include "mondeq/model/model.h"

namespace mondeq {

// The model's config.
std::string SmallModelText();

struct SmallModelOptions {
  // Changes of the config, as for --set: "equilibrium.operator.dense.units=5".
  std::vector<std::string> overrides;
  DType dtype = DType::kFloat32;
  std::uint64_t seed = 7;
};

// Errors: kInvalidArgument, located, when the overrides make of the config one that is refused.
absl::StatusOr<std::unique_ptr<Model>> MakeSmallModel(const SmallModelOptions& options,
                                                      Device* device);

struct SmallModel {
  explicit SmallModel(const SmallModelOptions& options = {});

  std::unique_ptr<Device> device;
  std::unique_ptr<Model> model;
  // A batch of random numbers, [10, 16].
  Tensor x;
};

// All parameters, in the order of declaration.
std::vector<double> ParameterValues(Model& model);
std::vector<double> ToDoubles(Device& device, const Tensor& tensor);

}  // namespace mondeq

#endif  // MONDEQ_MODEL_SMALL_MODEL_TESTING_H_
