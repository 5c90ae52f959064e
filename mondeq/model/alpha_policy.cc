#include "mondeq/model/alpha_policy.h"

#include <algorithm>
#include <limits>

#include "mondeq/core/schema.h"

namespace mondeq {
namespace {

double AutomaticAlphaOf(const SplittingMethod& method, Model* model) {
  return method.AutomaticAlpha(model->op().m(), model->Lipschitz());
}

// Whether the method, which may be null, chooses alpha by its own formula, and anew before `batch`.
bool IsAutomatic(const SplittingMethod* method, Index batch) {
  if (method == nullptr || method->alpha().has_value() || method->alpha().has_tune()) return false;
  return batch % method->alpha().automatic().every_batches() == 0;
}

void ChooseAdjointAlpha(Index batch, Model* model) {
  const SplittingMethod* method = model->adjoint().method();
  if (!IsAutomatic(method, batch)) return;
  model->adjoint().set_alpha(AutomaticAlphaOf(*method, model));
}

void ChooseForwardAlpha(double trained, Model* model) {
  const AlphaConfig& config = model->method().alpha();
  if (config.has_value()) {
    model->set_alpha(config.value());
  } else if (!config.has_tune()) {
    model->set_alpha(AutomaticAlphaOf(model->method(), model));
  } else if (trained > 0) {
    model->set_alpha(trained);
  } else {
    // In this order a NaN, of weights that are too large, stays one.
    model->set_alpha(std::min(AutomaticAlphaOf(model->method(), model), config.tune().maximum()));
  }
}

bool IsTuningBatch(const TunedAlpha& config, Index batch, Index batches) {
  if (config.at_batch_size() == 0) return batch == kTuningBatch || batch == batches / 2;
  return std::find(config.at_batch().begin(), config.at_batch().end(), batch) !=
         config.at_batch().end();
}

}  // namespace

absl::Status AlphaError(const SplittingConfig& splitting, const ConfigSource& source,
                        const std::string& message) {
  const google::protobuf::Message& plugin =
      splitting.GetReflection()->GetMessage(splitting, PluginsIn(splitting).front());
  return source.Error(plugin, "alpha", message);
}

bool MayChooseAlpha(Index batch, Index batches, Model& model) {
  const AlphaConfig& config = model.method().alpha();
  return IsAutomatic(&model.method(), batch) || IsAutomatic(model.adjoint().method(), batch) ||
         (config.has_tune() && IsTuningBatch(config.tune(), batch, batches));
}

void ChooseAlphaForBatch(Index batch, Index batches, const Tensor& x, Model* model) {
  ChooseAlphaForUpdate(batch, model);
  const AlphaConfig& config = model->method().alpha();
  if (config.has_tune() && IsTuningBatch(config.tune(), batch, batches)) {
    TuneAlpha(config.tune().maximum(), config.tune().minimum(), x, model);
  }
}

void ChooseAlphaForUpdate(Index update, Model* model) {
  if (IsAutomatic(&model->method(), update)) {
    model->set_alpha(AutomaticAlphaOf(model->method(), model));
  }
  ChooseAdjointAlpha(update, model);
}

void ChooseAlphaForWeights(double trained, Model* model) {
  ChooseForwardAlpha(trained, model);
  ChooseAdjointAlpha(/*batch=*/0, model);
}

void TuneAlpha(double maximum, double minimum, const Tensor& x, Model* model) {
  constexpr int kUnconverged = std::numeric_limits<int>::max();
  double best = model->alpha();
  int fewest = kUnconverged;
  for (double alpha = maximum; alpha >= minimum; alpha /= 2) {
    model->set_alpha(alpha);
    model->Forward(x);
    const SolveStats& stats = model->forward_stats();
    const int iterations = stats.converged() ? stats.iterations : kUnconverged;
    if (iterations > fewest) break;
    fewest = iterations;
    if (stats.converged()) best = alpha;
  }
  model->set_alpha(best);
}

}  // namespace mondeq
