#include "mondeq/training/training_step.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"
#include "mondeq/device/norm.h"
#include "mondeq/model/check_finite.h"

namespace mondeq {
namespace {

std::string NotFinite(absl::string_view what, const SolveStats& last_solve, Model& model) {
  return absl::StrCat("expected finite numbers, found ", what,
                      " that is not (last solve: ", ToString(last_solve.termination), " after ",
                      last_solve.iterations, " iterations)",
                      BlameParameter(model.device(), model.parameters()));
}

}  // namespace

void TrainingStep::Prepare() { model_.PrepareSolve(); }

void TrainingStep::Forward(const Tensor& x, PhaseObserver done) {
  model_.Inject(x);
  done(StepPhase::kInjection);
  Prepare();
  done(StepPhase::kPreparation);
  model_.SolveForward();
  done(StepPhase::kForwardSolve);
  model_.ReadOut();
}

CrossEntropy::Result TrainingStep::Loss(const Tensor& labels, Index samples, PhaseObserver done) {
  const Tensor& logits = model_.logits();
  const Tensor& dlogits = dlogits_.Get(model_.device(), model_.dtype(), logits.shape());
  const CrossEntropy::Result result = loss_.Compute(logits, labels, samples, &dlogits);
  loss_value_ = result.loss;
  done(StepPhase::kLoss);
  return result;
}

void TrainingStep::Backward(const Tensor& x, const Tensor* dx, PhaseObserver done) {
  model_.device().Fill(0, model_.parameters().gradients());
  model_.PullBack(dlogits_.get());
  done(StepPhase::kPullBack);
  model_.SolveBackward();
  done(StepPhase::kAdjointSolve);
  model_.AccumulateGradients(x, dx);
  done(StepPhase::kGradients);
}

absl::Status TrainingStep::CheckSolves() {
  Device& device = model_.device();
  const SolveStats &forward = model_.forward_stats(), &backward = model_.backward_stats();
  MONDEQ_RETURN_IF_ERROR(CheckFinite(
      device, forward, [&] { return NotFinite("an equilibrium z*", forward, model_); }));
  MONDEQ_RETURN_IF_ERROR(
      CheckFinite(device, loss_value_, [&] { return NotFinite("a loss", forward, model_); }));
  return CheckFinite(device, backward, [&] { return NotFinite("an adjoint u", backward, model_); });
}

absl::Status TrainingStep::CheckGradients(PhaseObserver done) {
  Device& device = model_.device();
  const SolveStats& backward = model_.backward_stats();
  gradient_norm_ = Norm(device, model_.parameters().gradients());
  MONDEQ_RETURN_IF_ERROR(CheckFinite(
      device, gradient_norm_, [&] { return NotFinite(FirstBadGradient(), backward, model_); }));
  done(StepPhase::kCheck);
  return absl::OkStatus();
}

absl::Status TrainingStep::Check(PhaseObserver done) {
  MONDEQ_RETURN_IF_ERROR(CheckSolves());
  return CheckGradients(done);
}

// Names the first gradient that is not finite: "a gradient of operator.A".
std::string TrainingStep::FirstBadGradient() const {
  const Parameter* bad = FirstNotFinite(model_.device(), model_.parameters(), &Parameter::gradient);
  return bad == nullptr ? "a gradient" : "a gradient of " + bad->name;
}

double TrainingStep::ClipGradients(double most) {
  const Tensor& gradients = model_.parameters().gradients();
  if (gradient_norm_ > most) {
    model_.device().Axpby(0, gradients, most / gradient_norm_, gradients);
  }
  return gradient_norm_;
}

void TrainingStep::Update(Index step, const Rates& rates, Optimizer* optimizer,
                          PhaseObserver done) {
  optimizer->Step(step, rates);
  model_.ParametersChanged();
  done(StepPhase::kUpdate);
}

}  // namespace mondeq
