// What a training step needs of a device's memory, found by going through one on a device that
// computes nothing and counts what is allocated.
#ifndef MONDEQ_TRAINING_MEMORY_NEED_H_
#define MONDEQ_TRAINING_MEMORY_NEED_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/core/config_source.h"
#include "mondeq/model/model.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {

// Returns how many bytes a step of a new model of `experiment`, in the shape and type of `like`,
// with `batch` samples has allocated at most, on a device like that of `like`. What the driver
// takes for itself is not counted. Errors: kUnimplemented if such devices make no plans; those of
// making the model and the optimiser.
absl::StatusOr<std::size_t> StepMemory(const Experiment& experiment, const ConfigSource& source,
                                       Model& like, Index batch);

// Returns `status`. If it says that memory ran out while `model` was trained, it also tells how
// much a step needs at the experiment's batch size, the largest batch that the device would hold,
// and in how many shards, a multiple of the ranks, that batch size would do.
absl::Status ExplainMemory(const absl::Status& status, const Experiment& experiment,
                           const ConfigSource& source, Model& model, int ranks = 1);

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_MEMORY_NEED_H_
