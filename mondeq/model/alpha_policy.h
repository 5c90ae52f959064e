// Chooses the step size alpha of a model's splitting method as its AlphaConfig says.
//   value       fixed
//   automatic   from m and L = ||I - W||_2, anew every so many batches
//   tune        by trial on the batch at hand: from the maximum, halved while the number of forward
//               iterations does not rise; the last alpha before it rose. Until the first search,
//               and where none converges before the minimum, alpha stays what it was.
// Without a policy alpha is automatic. So is that of gradients which have a method of their own,
// unless it is fixed. Every choice is a function of the weights and the place in
// the epoch, so that a resumed run goes on as it would have.
#ifndef MONDEQ_MODEL_ALPHA_POLICY_H_
#define MONDEQ_MODEL_ALPHA_POLICY_H_

#include "mondeq/model/model.h"

namespace mondeq {

// Where `tune` names no batches, alpha is tuned before this one of an epoch, counted from 0, and
// before the middle one.
constexpr Index kTuningBatch = 30;

// The error of a splitting slot whose alpha is not as it must be, located there.
absl::Status AlphaError(const SplittingConfig& splitting, const ConfigSource& source,
                        const std::string& message);

// To be called before training batch `batch` of an epoch of `batches`. x is the batch, or a part.
void ChooseAlphaForBatch(Index batch, Index batches, const Tensor& x, Model* model);

// Whether that may change alpha.
bool MayChooseAlpha(Index batch, Index batches, Model& model);

// The same where somebody else trains, after change `update` of the parameters, counted from 0.
// There is nothing to tune on.
void ChooseAlphaForUpdate(Index update, Model* model);

// To be called before any use of a model whose weights were just made or loaded. `trained` is the
// alpha that these weights were last used with by the same splitting method, 0 if it is not known.
// Only `tune` uses it: it keeps that alpha, and where there is none alpha is the automatic one, at
// most the maximum.
void ChooseAlphaForWeights(double trained, Model* model);

// Makes the halving search of `tune` between maximum and minimum on batch x. alpha stays what it
// was if no solve converges. z and the logits are those of the last trial.
void TuneAlpha(double maximum, double minimum, const Tensor& x, Model* model);

}  // namespace mondeq

#endif  // MONDEQ_MODEL_ALPHA_POLICY_H_
