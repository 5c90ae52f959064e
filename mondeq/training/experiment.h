// From the messages of an experiment to what they stand for.
#ifndef MONDEQ_TRAINING_EXPERIMENT_H_
#define MONDEQ_TRAINING_EXPERIMENT_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/core/config_source.h"
#include "mondeq/data/dataset.h"
#include "mondeq/model/model.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {

// Returns input and classes of the model. They are those of the data set, which may be null;
// model.input and model.classes must agree with it where they are given, and must be given where
// there is no data set. Errors: kInvalidArgument, located.
absl::StatusOr<Model::Shape> ModelShape(const ModelConfig& config, const ConfigSource& source,
                                        const Dataset* dataset);

// Whether the fields of the experiment's training go together and with its data, beyond what the
// loader of configs checks. Errors: kInvalidArgument, located.
absl::Status CheckTrainingConfig(const Experiment& experiment, const ConfigSource& source);

// Whether so many ranks can train it: they divide its shards. Errors: kInvalidArgument, located,
// with the nearest choices.
absl::Status CheckRanks(const Experiment& experiment, const ConfigSource& source, int ranks);

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_EXPERIMENT_H_
