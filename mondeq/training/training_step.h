// One training step. Whoever trains, times, plans memory or asks for gradients runs this code:
//   forward    U x + b, the matrices of the solves (V), z*, logits
//   loss       l, dl/dlogits
//   backward   dl/dz*, u, the gradients of all parameters
//   check      whether all of this is finite
//   update     the parameters follow their gradients
// Bringing the batch to the device is the caller's. Where a batch is computed in parts, the first
// half of check belongs to each of them, and their gradients are to be added up before the second
// half (batch_gradients.h).
#ifndef MONDEQ_TRAINING_TRAINING_STEP_H_
#define MONDEQ_TRAINING_TRAINING_STEP_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "mondeq/device/scratch.h"
#include "mondeq/model/model.h"
#include "mondeq/training/loss.h"
#include "mondeq/training/optimizer.h"

namespace mondeq {

// The phases of a step, in their order.
enum class StepPhase {
  kData,          // the batch comes to the device, and alpha is chosen for it
  kInjection,     // U x + b
  kPreparation,   // the matrices that both solves multiply by
  kForwardSolve,  // z*
  kLoss,          // the logits, which Forward makes, the loss and dl/dlogits
  kPullBack,      // dl/dz*, and the readout's gradients
  kAdjointSolve,  // u
  kGradients,     // of the operator and the injection
  kCheck,         // whether everything is finite
  kUpdate         // the optimiser's step
};

// Told of every phase when its work has been given to the device, which may not have done it yet.
using PhaseObserver = absl::FunctionRef<void(StepPhase)>;
inline void IgnorePhases(StepPhase) {}

// Makes steps, and keeps its memory between them. Forward, Loss, Backward, Check and Update are to
// be called in this order, with the same x [dim, batch] and labels [batch] in all of them; a step
// may end after any of them. Prepare may be called whenever.
class TrainingStep {
 public:
  // The model must outlive the step.
  explicit TrainingStep(Model* model) : model_(*model), loss_(&model->device()) {}

  // Finds z* and the logits, which are then the model's.
  void Forward(const Tensor& x, PhaseObserver done = IgnorePhases);

  // Returns the loss of the model's logits, which Model::Polish may have improved since Forward,
  // and keeps dl/dlogits for Backward. `samples` are those of the batch that this is a part of.
  CrossEntropy::Result Loss(const Tensor& labels, Index samples, PhaseObserver done = IgnorePhases);
  CrossEntropy::Result Loss(const Tensor& labels, PhaseObserver done = IgnorePhases) {
    return Loss(labels, labels.size(), done);
  }

  // Sets the gradients of all parameters to those of the loss, and dx to dl/dx if it is not null.
  void Backward(const Tensor& x, const Tensor* dx, PhaseObserver done = IgnorePhases);

  // Checks that z*, the loss and u are finite. Errors: the device's, or kOutOfRange that names what
  // is not.
  absl::Status CheckSolves();
  // The same of the gradients of all parameters, whose norm it finds.
  absl::Status CheckGradients(PhaseObserver done = IgnorePhases);
  // Both.
  absl::Status Check(PhaseObserver done = IgnorePhases);

  // Returns the norm of the gradients of all parameters, as CheckGradients has found it, and scales
  // them down to the norm `most` if they are larger.
  double ClipGradients(double most);

  // Makes step `step`, from 1, of the optimiser, which must be of the model's parameters.
  void Update(Index step, const Rates& rates, Optimizer* optimizer,
              PhaseObserver done = IgnorePhases);

  // Makes the matrices that the solves multiply by, if the weights or alpha have changed: a part of
  // Forward, for those who measure it.
  void Prepare();

 private:
  std::string FirstBadGradient() const;

  Model& model_;
  CrossEntropy loss_;
  double loss_value_ = 0;
  // Of all parameters.
  double gradient_norm_ = 0;
  Scratch dlogits_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_TRAINING_STEP_H_
