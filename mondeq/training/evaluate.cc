#include "mondeq/training/evaluate.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"
#include "mondeq/model/check_finite.h"
#include "mondeq/model/solve_report.h"

namespace mondeq {

absl::StatusOr<Evaluation> Evaluator::Evaluate(const Loader& loader, Index most_batches,
                                               const Observer& observer) {
  Evaluation result;
  Index correct = 0, count = 0;
  const Index batches = std::min(loader.batches(), most_batches);
  for (Index i = 0; i < batches; ++i) {
    batch_.Load(loader, i);
    const Tensor& logits = model_.Forward(batch_.x());
    const SolveStats& stats = model_.forward_stats();
    const CrossEntropy::Result loss = loss_.Compute(logits, batch_.labels(), nullptr);
    const auto not_finite = [&](absl::string_view what) {
      return absl::StrCat("evaluation, batch ", i + 1, " of ", batches,
                          ": expected finite numbers, found ", what, " that is not, after ",
                          stats.iterations, " iterations at alpha ", model_.alpha(),
                          BlameParameter(model_.device(), model_.parameters()));
    };
    const absl::optional<std::string> overflow = Overflow(&model_);
    if (overflow.has_value()) {
      return absl::OutOfRangeError(
          absl::StrCat("evaluation, batch ", i + 1, " of ", batches, ": ", *overflow));
    }
    MONDEQ_RETURN_IF_ERROR(
        CheckFinite(model_.device(), loss.loss, [&] { return not_finite("a loss"); }));
    MONDEQ_RETURN_IF_ERROR(
        CheckFinite(model_.device(), stats, [&] { return not_finite("an equilibrium"); }));
    result.loss += loss.loss * static_cast<double>(batch_.count());
    result.forward.Add(stats);
    if (model_.certifies()) {
      result.certificates.Add(model_.certificate(), model_.stopping_rule());
    }
    correct += loss.correct;
    count += batch_.count();
    if (observer != nullptr) MONDEQ_RETURN_IF_ERROR(observer(batch_));
  }
  const auto samples = static_cast<double>(count);
  result.loss /= samples;
  result.accuracy = static_cast<double>(correct) / samples;
  return result;
}

}  // namespace mondeq
