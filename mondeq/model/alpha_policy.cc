#include "mondeq/model/alpha_policy.h"

#include <algorithm>
#include <limits>

namespace mondeq {
namespace {

double AutomaticAlphaOf(Model* model) {
  return model->method().AutomaticAlpha(model->op().m(), model->Lipschitz());
}

bool IsTuningBatch(const TunedAlpha& config, Index batch, Index batches) {
  if (config.at_batch_size() == 0) return batch == kTuningBatch || batch == batches / 2;
  return std::find(config.at_batch().begin(), config.at_batch().end(), batch) !=
         config.at_batch().end();
}

}  // namespace

void ChooseAlphaForBatch(Index batch, Index batches, const Tensor& x, Model* model) {
  const AlphaConfig& config = model->method().alpha();
  if (config.has_value()) return;
  if (config.has_tune()) {
    if (IsTuningBatch(config.tune(), batch, batches)) {
      TuneAlpha(config.tune().maximum(), config.tune().minimum(), x, model);
    }
  } else if (batch % config.automatic().every_batches() == 0) {
    model->set_alpha(AutomaticAlphaOf(model));
  }
}

void ChooseAlphaForWeights(double trained, Model* model) {
  const AlphaConfig& config = model->method().alpha();
  if (config.has_value()) {
    model->set_alpha(config.value());
  } else if (!config.has_tune()) {
    model->set_alpha(AutomaticAlphaOf(model));
  } else if (trained > 0) {
    model->set_alpha(trained);
  } else {
    // In this order a NaN, of weights that are too large, stays one.
    model->set_alpha(std::min(AutomaticAlphaOf(model), config.tune().maximum()));
  }
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
