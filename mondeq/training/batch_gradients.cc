#include "mondeq/training/batch_gradients.h"

#include <array>
#include <type_traits>

#include "mondeq/collective/collective.h"
#include "mondeq/collective/fast_reducer.h"
#include "mondeq/collective/tree_reducer.h"
#include "mondeq/core/status.h"
#include "mondeq/device/part.h"
#include "mondeq/model/alpha_policy.h"

namespace mondeq {
namespace {

// The one list of what shards give besides gradients. Numbers that are added up come to sum(x),
// those of which the largest is taken to most(x).
template <class Sum, class Most>
void ForEachNumber(BatchResult* result, double* preparation_seconds, Sum sum, Most most) {
  sum(&result->loss);
  sum(&result->samples);
  sum(&result->correct);
  for (BatchSolves* const solves : {&result->forward, &result->backward}) {
    sum(&solves->samples);
    sum(&solves->unconverged);
    sum(&solves->of_samples);
    most(&solves->most);
  }
  most(&result->relative_error);
  most(&result->votes.wish);
  most(&result->votes.save);
  most(preparation_seconds);
}

void ToNumbers(BatchResult result, double preparation_seconds, ShardNumbers* numbers) {
  numbers->sums.clear();
  numbers->maxima.clear();
  ForEachNumber(
      &result, &preparation_seconds,
      [&](const auto* x) { numbers->sums.push_back(static_cast<double>(*x)); },
      [&](const auto* x) { numbers->maxima.push_back(static_cast<double>(*x)); });
}

void FromNumbers(const ShardNumbers& numbers, BatchResult* result, double* preparation_seconds) {
  std::size_t sums = 0, maxima = 0;
  const auto take = [](double from, auto* x) {
    *x = static_cast<std::decay_t<decltype(*x)>>(from);
  };
  ForEachNumber(
      result, preparation_seconds, [&](auto* x) { take(numbers.sums[sums++], x); },
      [&](auto* x) { take(numbers.maxima[maxima++], x); });
}

std::unique_ptr<ShardReducer> MakeReducer(const TrainingConfig& config, Communicator* ranks,
                                          TensorMessages* tensors, Device* device) {
  if (config.reduction() == TrainingConfig::FAST)
    return std::make_unique<FastReducer>(ranks, tensors, device);
  return std::make_unique<TreeReducer>(ranks, tensors, device, config.shards());
}

}  // namespace

BatchGradients::BatchGradients(Model* model, TrainingStep* step, Communicator* ranks,
                               TensorMessages* tensors, const TrainingConfig& config)
    : model_(*model),
      step_(*step),
      ranks_(*ranks),
      shards_(config.shards()),
      reducer_(MakeReducer(config, ranks, tensors, &model->device())),
      preparation_(model, ranks),
      batch_(&model->device(), model->dtype()) {}

absl::Status BatchGradients::Begin(Index index, Index batches) {
  MONDEQ_RETURN_IF_ERROR(ChooseAlpha(index, batches));
  return ranks_.size() > 1 ? preparation_.Prepare() : absl::OkStatus();
}

absl::Status BatchGradients::ChooseAlpha(Index index, Index batches) {
  if (ranks_.size() == 1) {
    ChooseAlphaForBatch(index, batches, batch_.x(), &model_);
    return absl::OkStatus();
  }
  if (!MayChooseAlpha(index, batches, model_)) return absl::OkStatus();
  if (ranks_.rank() == 0) ChooseAlphaForBatch(index, batches, batch_.x(), &model_);
  std::array<double, 2> alphas = {model_.alpha(), model_.adjoint().alpha()};
  MONDEQ_RETURN_IF_ERROR(
      Broadcast(ranks_, absl::MakeSpan(reinterpret_cast<char*>(alphas.data()), sizeof(alphas))));
  model_.set_alpha(alphas[0]);
  model_.adjoint().set_alpha(alphas[1]);
  return absl::OkStatus();
}

absl::Status BatchGradients::FindShard(Index samples, bool certify, PhaseObserver done,
                                       BatchResult* result) {
  // What is trained is the same whether it is certified or not.
  model_.set_certifies(certify, /*improves=*/false);
  step_.Forward(batch_.x(), done);
  model_.set_certifies(false);
  const CrossEntropy::Result loss = step_.Loss(batch_.labels(), samples, done);
  step_.Backward(batch_.x(), nullptr, done);
  result->loss = loss.loss;
  result->samples = batch_.count();
  result->correct = loss.correct;
  result->forward = BatchSolves(model_.forward_stats());
  result->backward = BatchSolves(model_.backward_stats());
  if (certify || model_.certifies()) result->relative_error = model_.certificate().worst();
  return step_.CheckSolves();
}

absl::StatusOr<BatchResult> BatchGradients::Find(const Loader& loader, Index index, Index batches,
                                                 const Votes& votes, PhaseObserver done) {
  const Index samples = loader.count(index);
  const Loader shards = loader.WithBatchSize(loader.batch_size() / shards_);
  const Part run{ranks_.rank(), ranks_.size()};
  const Index begin = run.Begin(shards_), end = run.End(shards_);
  const Tensor& gradients = model_.parameters().gradients();
  BatchResult result;
  absl::Status status;
  for (Index s = begin; s < end; ++s) {
    const Index shard = index * shards_ + s;
    const Index next = s + 1 < end ? shard + 1 : (index + 1) * shards_ + begin;
    const bool empty = shard >= shards.batches();
    if (!empty) batch_.Load(shards, shard, next);
    if (s == begin) MONDEQ_RETURN_IF_ERROR(Begin(index, batches));
    result = BatchResult();
    result.votes = votes;
    if (empty || !status.ok()) {
      model_.device().Fill(0, gradients);
    } else {
      done(StepPhase::kData);
      status = FindShard(samples, /*certify=*/index == 0, done, &result);
    }
    if (shards_ == 1) continue;
    ToNumbers(result, preparation_.seconds(), &numbers_);
    numbers_.failed = !status.ok();
    reducer_->Add(numbers_, gradients);
  }
  if (shards_ == 1) return status.ok() ? absl::StatusOr<BatchResult>(result) : status;
  MONDEQ_RETURN_IF_ERROR(reducer_->Finish(&numbers_, gradients));
  if (numbers_.failed) {
    status.Update(model_.device().status());
    MONDEQ_RETURN_IF_ERROR(AgreeOn(ranks_, status));
    return absl::InternalError("a shard has failed, and no rank knows why");
  }
  double preparation_seconds = 0;
  FromNumbers(numbers_, &result, &preparation_seconds);
  // After an evaluation of the same weights what the first batch needs is at hand.
  if (ranks_.size() > 1 && index > 0) preparation_.SlowestTook(preparation_seconds);
  return result;
}

}  // namespace mondeq
