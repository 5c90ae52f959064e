#include "mondeq/model/small_model_testing.h"

#include <utility>

#include "mondeq/core/random.h"
#include "mondeq/core/status.h"
#include "mondeq/model/weights.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

constexpr Index kBatch = 16;

Tensor RandomNumbers(Device* device, DType dtype, Shape shape) {
  Random random(1);
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  for (double& value : values) value = random.Normal();
  return ToTensor(*device, dtype, HostArray::From<double>({shape[0], shape[1]}, values));
}

}  // namespace

std::string SmallModelText() {
  return R"(
    input { rows: 2 columns: 5 channels: 1 }
    classes: 3
    equilibrium {
      injection { [mondeq.affine] {} }
      operator { [mondeq.dense] { units: 12 } }
      nonlinearity { [mondeq.relu] {} }
      splitting { [mondeq.peaceman_rachford] {} tolerance: 1e-3 }
    }
    readout { [mondeq.affine] {} }
  )";
}

absl::StatusOr<std::unique_ptr<Model>> MakeSmallModel(const SmallModelOptions& options,
                                                      Device* device) {
  ModelConfig config;
  ConfigSource source;
  MONDEQ_RETURN_IF_ERROR(
      ParseConfig(SmallModelText(), "small_model", options.overrides, &config, &source));
  const FeaturesConfig& input = config.input();
  return Model::Create(config, source,
                       {{input.rows(), input.columns(), input.channels()}, config.classes()},
                       device, options.dtype, options.seed);
}

SmallModel::SmallModel(const SmallModelOptions& options) : device(MakeTestDevice()) {
  auto made = MakeSmallModel(options, device.get());
  if (!made.ok()) std::fprintf(stderr, "%s\n", std::string(made.status().message()).c_str());
  MONDEQ_CHECK(made.ok());
  model = *std::move(made);
  x = RandomNumbers(device.get(), options.dtype, {model->input().dim(), kBatch});
}

std::vector<double> ToDoubles(Device& device, const Tensor& tensor) {
  return ToHostArray(device, tensor).ToDoubles();
}

std::vector<double> ParameterValues(Model& model) {
  return ToDoubles(model.device(), model.parameters().values());
}

}  // namespace mondeq
