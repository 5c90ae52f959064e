// The samples of a training: those that it learns from, those that it is tested with, and where the
// config asks for it those that are held back from learning to choose by.
#ifndef MONDEQ_TRAINING_TRAINING_DATA_H_
#define MONDEQ_TRAINING_TRAINING_DATA_H_

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "mondeq/core/config_source.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/loader.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {

struct TrainingData {
  Loader train, test;
  // Neither shuffled nor augmented, in batches of the test samples' size.
  absl::optional<Loader> validation;
};

// Loads both splits of the data set, and takes training.validation_fraction of the training samples
// out as HoldBack does with training.seed. Errors: kInvalidArgument, located, from an augmentation,
// and if the fraction leaves none of the samples, or takes none; those of LoadSamples.
absl::StatusOr<TrainingData> LoadTrainingData(const Experiment& experiment,
                                              const ConfigSource& source, const Dataset& dataset);

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_TRAINING_DATA_H_
