#include "mondeq/model/alpha_policy.h"

#include <algorithm>
#include <limits>

namespace mondeq {
namespace {

double AutomaticAlphaOf(const SplittingMethod& method, Model* model) {
  return method.AutomaticAlpha(model->op().m(), model->Lipschitz());
}

bool IsAutomatic(const AlphaConfig& config) { return !config.has_value() && !config.has_tune(); }

void ChooseAdjointAlpha(Model* model) {
  const SplittingMethod* method = model->adjoint().method();
  if (method == nullptr || !IsAutomatic(method->alpha())) return;
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

void ChooseAlphaForBatch(Index batch, Index batches, const Tensor& x, Model* model) {
  const AlphaConfig& config = model->method().alpha();
  const SplittingMethod* adjoint = model->adjoint().method();
  if (adjoint != nullptr && batch % adjoint->alpha().automatic().every_batches() == 0)
    ChooseAdjointAlpha(model);
  if (config.has_value()) return;
  if (config.has_tune()) {
    if (IsTuningBatch(config.tune(), batch, batches)) {
      TuneAlpha(config.tune().maximum(), config.tune().minimum(), x, model);
    }
  } else if (batch % config.automatic().every_batches() == 0) {
    model->set_alpha(AutomaticAlphaOf(model->method(), model));
  }
}

void ChooseAlphaForWeights(double trained, Model* model) {
  ChooseForwardAlpha(trained, model);
  ChooseAdjointAlpha(model);
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
