// The gradients of a batch, found in shards, by one rank or several. Shard s of S holds the samples
// [s B/S, (s + 1) B/S) of a batch of B: it is solved and differentiated by itself, with a stopping
// of its own, and what shards give is added up in one order (reduction_tree.h), unless the
// config asks for the fast one. So the result is the same, bit for bit, for every number of ranks;
// on one rank shards are large batches in little memory. The last batch of an epoch may fill only
// some of them.
#ifndef MONDEQ_TRAINING_BATCH_GRADIENTS_H_
#define MONDEQ_TRAINING_BATCH_GRADIENTS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/collective/shard_reducer.h"
#include "mondeq/collective/tensor_messages.h"
#include "mondeq/training/batch.h"
#include "mondeq/training/batch_result.h"
#include "mondeq/training/experiment.pb.h"
#include "mondeq/training/shared_preparation.h"
#include "mondeq/training/training_step.h"

namespace mondeq {

class BatchGradients {
 public:
  // The config's shards must divide the batch size of the loaders, and the ranks the shards.
  // Everything given but the config must outlive it; `tensors` is null where tensors go in the
  // messages of the ranks.
  BatchGradients(Model* model, TrainingStep* step, Communicator* ranks, TensorMessages* tensors,
                 const TrainingConfig& config);

  SharedPreparation& preparation() { return preparation_; }

  // Sets the gradients of all parameters to those of the mean loss of batch `index` of the loader's
  // epoch, of which `batches` are trained on, and alpha before that to what its policy says. `done`
  // is told of the phases of every shard. Errors: those of TrainingStep::CheckSolves,
  // the same on every rank, and those of the messages.
  absl::StatusOr<BatchResult> Find(const Loader& loader, Index index, Index batches,
                                   const Votes& votes, PhaseObserver done = IgnorePhases);

 private:
  // What this rank does before the first shard of a batch that it has fetched.
  absl::Status Begin(Index index, Index batches);
  // Chooses alpha for a batch, whose first shard rank 0 has fetched.
  absl::Status ChooseAlpha(Index index, Index batches);
  // The gradients of the shard that was fetched, of a batch of `samples`.
  absl::Status FindShard(Index samples, bool certify, PhaseObserver done, BatchResult* result);

  Model& model_;
  TrainingStep& step_;
  Communicator& ranks_;
  const Index shards_;
  std::unique_ptr<ShardReducer> reducer_;
  SharedPreparation preparation_;
  ShardNumbers numbers_;
  Batch batch_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_BATCH_GRADIENTS_H_
