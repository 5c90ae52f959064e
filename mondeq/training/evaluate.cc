#include "mondeq/training/evaluate.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "mondeq/collective/collective.h"
#include "mondeq/collective/dealt.h"
#include "mondeq/core/status.h"
#include "mondeq/model/check_finite.h"
#include "mondeq/model/solve_report.h"

namespace mondeq {

absl::StatusOr<Evaluator::Answer> Evaluator::AnswerBatch(const Loader& loader, Index i, Index next,
                                                         Index batches) {
  batch_.Load(loader, i, next);
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
  return Answer{loss.loss, loss.correct, batch_.count(), BatchSolves(stats)};
}

absl::StatusOr<Evaluation> Evaluator::Evaluate(const Loader& loader, Index most_batches,
                                               const Observer& observer) {
  SingleRank alone;
  return Evaluate(loader, most_batches, alone, observer);
}

absl::StatusOr<Evaluation> Evaluator::Evaluate(const Loader& loader, Index most_batches,
                                               Communicator& ranks, const Observer& observer,
                                               const std::function<absl::Status()>& between) {
  Evaluation result;
  const Index batches = std::min(loader.batches(), most_batches);
  std::vector<std::vector<Answer>> answers;
  for (Index first = 0; first < batches; first += ranks.size()) {
    absl::Status status;
    const Index i = first + ranks.rank();
    if (i < batches) {
      const absl::StatusOr<Answer> answer = AnswerBatch(loader, i, i + ranks.size(), batches);
      status = answer.status();
      if (status.ok()) answers.push_back({*answer});
      if (status.ok() && observer != nullptr) status = observer(batch_);
    }
    MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks, status));
    if (between != nullptr) MONDEQ_RETURN_IF_ERROR(between());
  }
  MONDEQ_ASSIGN_OR_RETURN(answers, GatherDealt(ranks, answers));
  Index correct = 0, count = 0;
  for (const std::vector<Answer>& one : answers) {
    const Answer& answer = one.front();
    result.loss += answer.loss * static_cast<double>(answer.count);
    result.forward.Add(answer.forward);
    correct += answer.correct;
    count += answer.count;
  }
  const auto samples = static_cast<double>(count);
  result.loss /= samples;
  result.accuracy = static_cast<double>(correct) / samples;
  return result;
}

}  // namespace mondeq
