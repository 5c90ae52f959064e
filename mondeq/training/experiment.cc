#include "mondeq/training/experiment.h"

#include "absl/strings/str_cat.h"

namespace mondeq {

absl::StatusOr<Model::Shape> ModelShape(const ModelConfig& config, const ConfigSource& source,
                                        const Dataset* dataset) {
  Model::Shape shape;
  if (dataset != nullptr) shape = {dataset->features(), dataset->classes()};
  if (config.has_input()) {
    const FeaturesConfig& in = config.input();
    const Features input{in.rows(), in.columns(), in.channels()};
    if (dataset != nullptr && input != shape.input) {
      return source.Error(config, "input",
                          absl::StrCat("expected what the data set has, ", shape.input.ToString(),
                                       " features, found ", input.ToString()));
    }
    shape.input = input;
  } else if (dataset == nullptr) {
    return source.Error(config, "", "input: must be given where there is no data set");
  }
  if (config.has_classes()) {
    if (dataset != nullptr && config.classes() != shape.classes) {
      return source.Error(config, "classes",
                          absl::StrCat("expected what the data set has, ", shape.classes,
                                       ", found ", config.classes()));
    }
    shape.classes = config.classes();
  } else if (dataset == nullptr) {
    return source.Error(config, "", "classes: must be given where there is no data set");
  }
  return shape;
}

absl::Status CheckTrainingConfig(const TrainingConfig& config, const ConfigSource& source) {
  if (!config.has_early_stopping() || config.has_validation_fraction()) return absl::OkStatus();
  return source.Error(config, "early_stopping",
                      "needs samples to go by: validation_fraction must be given beside "
                      "early_stopping, such as validation_fraction: 0.1");
}

}  // namespace mondeq
