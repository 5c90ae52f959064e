#include "mondeq/training/experiment.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/status.h"

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

absl::Status CheckRanks(const Experiment& experiment, const ConfigSource& source, int ranks) {
  const TrainingConfig& config = experiment.training();
  const std::int64_t batch = experiment.data().batch_size(), shards = config.shards();
  const auto fits = [&](std::int64_t n) { return batch % n == 0 && n % ranks == 0; };
  if (fits(shards)) return absl::OkStatus();
  std::vector<std::int64_t> nearest;
  for (std::int64_t n = shards; n > 0 && nearest.empty(); --n) {
    if (fits(n)) nearest.push_back(n);
  }
  const std::size_t below = nearest.size();
  for (std::int64_t n = shards; n <= batch && nearest.size() == below; ++n) {
    if (fits(n)) nearest.push_back(n);
  }
  return source.Error(
      config, "shards",
      absl::StrCat("expected a divisor of data.batch_size, ", batch,
                   ranks == 1 ? "" : absl::StrCat(", that is a multiple of the ", ranks, " ranks"),
                   ", found ", shards, "; ",
                   nearest.empty() ? "there is none, so another batch size or number of ranks is "
                                     "needed"
                                   : absl::StrCat("the nearest: ", absl::StrJoin(nearest, ", "))));
}

absl::Status CheckTrainingConfig(const Experiment& experiment, const ConfigSource& source) {
  const TrainingConfig& config = experiment.training();
  MONDEQ_RETURN_IF_ERROR(CheckRanks(experiment, source, /*ranks=*/1));
  if (!config.has_early_stopping() || config.has_validation_fraction()) return absl::OkStatus();
  return source.Error(config, "early_stopping",
                      "needs samples to go by: validation_fraction must be given beside "
                      "early_stopping, such as validation_fraction: 0.1");
}

}  // namespace mondeq
