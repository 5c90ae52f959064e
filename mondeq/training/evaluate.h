// Loss and accuracy of a model on a whole split.
#ifndef MONDEQ_TRAINING_EVALUATE_H_
#define MONDEQ_TRAINING_EVALUATE_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/data/loader.h"
#include "mondeq/model/model.h"
#include "mondeq/training/batch.h"
#include "mondeq/training/loss.h"
#include "mondeq/training/metrics.h"

namespace mondeq {

// Evaluates a model again and again: it keeps its memory between calls.
class Evaluator {
 public:
  explicit Evaluator(Model* model)
      : model_(*model), batch_(&model->device(), model->dtype()), loss_(&model->device()) {}

  // Is told of every batch that was sound, in their order, while the model is as Forward left it.
  // An error ends the evaluation.
  using Observer = std::function<absl::Status(const Batch& batch)>;

  // Goes over all samples of the loader, with the model's present weights and alpha. Errors:
  // the device's; kOutOfRange if z or the loss is not finite; the observer's.
  absl::StatusOr<Evaluation> Evaluate(const Loader& loader, const Observer& observer = nullptr) {
    return Evaluate(loader, loader.batches(), observer);
  }
  // The same of the first `most_batches` batches only.
  absl::StatusOr<Evaluation> Evaluate(const Loader& loader, Index most_batches,
                                      const Observer& observer = nullptr);
  // The same by several ranks, to which batches are dealt (dealt.h); observers are told of those of
  // their rank. All get the result, which is the same on any number of them. Errors are the same on
  // every rank, but for those of messages. `between` is called by all of them whenever each has
  // done a batch more, or has none left; what it returns must be the same, and an error ends the
  // evaluation.
  absl::StatusOr<Evaluation> Evaluate(const Loader& loader, Index most_batches, Communicator& ranks,
                                      const Observer& observer,
                                      const std::function<absl::Status()>& between = nullptr);

 private:
  // What a batch gave.
  struct Answer {
    double loss = 0;  // a mean
    Index correct = 0, count = 0;
    BatchSolves forward;
  };

  // Batch i of `batches`, after which `next` will be asked for.
  absl::StatusOr<Answer> AnswerBatch(const Loader& loader, Index i, Index next, Index batches);

  Model& model_;
  Batch batch_;
  CrossEntropy loss_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_EVALUATE_H_
