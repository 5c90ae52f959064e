#include "mondeq/training/memory_need.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/core/registry.h"
#include "mondeq/training/optimizer.h"
#include "mondeq/training/training_step.h"

namespace mondeq {

absl::StatusOr<std::size_t> StepMemory(const Experiment& experiment, const ConfigSource& source,
                                       Model& like, Index batch) {
  const std::unique_ptr<Device> plan = like.device().MakePlan();
  if (plan == nullptr) return absl::UnimplementedError("this device makes no plans");
  const DType dtype = like.dtype();
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Model> model,
                          Model::Create(experiment.model(), source, {like.input(), like.classes()},
                                        plan.get(), dtype, 0));
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Optimizer> optimizer,
                          Registry<Optimizer>::Create(experiment.training().optimizer(), source,
                                                      {&model->parameters(), plan.get(), dtype}));
  const Tensor x = plan->Allocate(dtype, {model->input().dim(), batch});
  const Tensor labels = plan->Allocate(DType::kInt32, {batch});
  TrainingStep step(model.get());
  model->set_certifies(true);
  step.Forward(x);
  step.Loss(labels);
  step.Backward(x, nullptr);
  return plan->memory().peak;
}

absl::Status ExplainMemory(const absl::Status& status, const Experiment& experiment,
                           const ConfigSource& source, Model& model, int ranks) {
  if (status.code() != absl::StatusCode::kAborted) return status;
  // Shards are computed one after the other.
  const Index batch = experiment.data().batch_size(), shards = experiment.training().shards();
  const Index part = batch / shards;
  const auto need = [&](Index samples) { return StepMemory(experiment, source, model, samples); };
  const absl::StatusOr<std::size_t> all = need(part);
  if (!all.ok()) return status;
  // Memory grows with the batch.
  const std::size_t total = model.device().memory().total;
  Index fits = 0, too_many = part + 1;
  while (too_many - fits > 1) {
    const Index middle = fits + (too_many - fits) / 2;
    const absl::StatusOr<std::size_t> bytes = need(middle);
    (bytes.ok() && *bytes <= total ? fits : too_many) = middle;
  }
  std::string remedy = "and not even one sample fits";
  if (fits > 0) remedy = absl::StrCat("the largest that fits is about ", fits);
  if (fits > 0 && fits < part) {
    Index enough = shards;
    while (enough < batch && (batch % enough != 0 || enough % ranks != 0 || batch / enough > fits))
      ++enough;
    if (batch % enough == 0 && enough % ranks == 0)
      absl::StrAppend(&remedy, ", so training.shards: ", enough, " would do");
  }
  const auto gigabytes = [](std::size_t bytes) {
    return absl::StrFormat("%.2f GB", static_cast<double>(bytes) / 1e9);
  };
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), "; a training step with data.batch_size ",
                                   batch, shards > 1 ? absl::StrCat(" in ", shards, " shards") : "",
                                   " needs about ", gigabytes(*all), ", ", remedy));
}

}  // namespace mondeq
