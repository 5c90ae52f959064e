// The equilibria of all training samples as they were when each was met last, at which their next
// solves begin (training.warm_start). They take a state for every sample.
#ifndef MONDEQ_TRAINING_LAST_EQUILIBRIA_H_
#define MONDEQ_TRAINING_LAST_EQUILIBRIA_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/core/config_source.h"
#include "mondeq/data/loader.h"
#include "mondeq/device/scratch.h"
#include "mondeq/model/model.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {

class LastEquilibria {
 public:
  // Errors: kInvalidArgument, located in `source`, where augmentations would change the samples
  // from one epoch to the next, or where so many states are more than half of the memory.
  static absl::StatusOr<std::unique_ptr<LastEquilibria>> Create(const Experiment& experiment,
                                                                const ConfigSource& source,
                                                                Index samples, Model* model);

  // Lets the model's next solve for batch `index` of the loader's epoch begin at them.
  void Begin(const Loader& loader, Index index);
  // Keeps the model's equilibria of that batch.
  void Keep(const Loader& loader, Index index);

  // [op().dim(), samples], for checkpoints.
  const Tensor& states() const { return states_; }

 private:
  LastEquilibria(Index samples, Model* model);

  // The samples of the batch, int32 [count].
  const Tensor& Columns(const Loader& loader, Index index);

  Model& model_;
  Tensor states_;
  std::vector<DrawnSample> drawn_;
  std::vector<std::int32_t> samples_;
  Scratch columns_, start_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_LAST_EQUILIBRIA_H_
