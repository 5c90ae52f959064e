#include "mondeq/training/training_data.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"
#include "mondeq/data/check_dataset.h"
#include "mondeq/data/hold_back.h"

namespace mondeq {

absl::StatusOr<TrainingData> LoadTrainingData(const Experiment& experiment,
                                              const ConfigSource& source, const Dataset& dataset) {
  const TrainingConfig& config = experiment.training();
  const auto seed = static_cast<std::uint64_t>(config.seed());
  const auto load = [&](Split split, Samples samples) {
    return MakeLoader(experiment.data(), source, dataset, split, seed, std::move(samples));
  };
  MONDEQ_ASSIGN_OR_RETURN(Samples samples, LoadSamples(experiment.data(), dataset, Split::kTrain));
  absl::optional<Loader> validation;
  if (config.has_validation_fraction()) {
    const Index all = samples.count();
    Samples held = HoldBack(config.validation_fraction(), seed, &samples);
    if (held.count() == 0 || held.count() == all) {
      return source.Error(config, "validation_fraction",
                          absl::StrCat("expected some of the ", all,
                                       " training samples to be held back and some to be left, "
                                       "found ",
                                       held.count(), " held back"));
    }
    MONDEQ_ASSIGN_OR_RETURN(validation, load(Split::kTest, std::move(held)));
  }
  MONDEQ_ASSIGN_OR_RETURN(Loader train, load(Split::kTrain, std::move(samples)));
  MONDEQ_ASSIGN_OR_RETURN(Loader test,
                          LoadSplit(experiment.data(), source, dataset, Split::kTest, seed));
  return TrainingData{std::move(train), std::move(test), std::move(validation)};
}

}  // namespace mondeq
