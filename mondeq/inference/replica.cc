#include "mondeq/inference/replica.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"
#include "mondeq/model/check_finite.h"
#include "mondeq/model/softmax.h"
#include "mondeq/model/solve_report.h"

namespace mondeq {
namespace {

StoppingRule RuleFor(const StoppingRule& usual, const SolveSettings& settings) {
  StoppingRule rule = usual;
  rule.tolerance = settings.tolerance.value_or(usual.tolerance);
  rule.max_iterations = settings.max_iterations.value_or(usual.max_iterations);
  rule.criterion = settings.criterion.value_or(usual.criterion);
  return rule;
}

void Report(const SolveStats& stats, const Certificate* certificate, SolveReport* report) {
  if (report == nullptr) return;
  const std::size_t count = stats.samples.size();
  report->iterations.resize(count);
  report->status.resize(count);
  report->quantity.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const SampleStats& sample = stats.samples[i];
    report->iterations[i] = sample.iterations;
    report->status[i] = sample.termination;
    report->quantity[i] = sample.quantity;
  }
  report->residual.clear();
  report->error_bound.clear();
  if (certificate == nullptr) return;
  report->residual = certificate->residual;
  report->error_bound = certificate->error_bound;
}

}  // namespace

bool SolveReport::converged() const {
  return std::all_of(status.begin(), status.end(),
                     [](Termination end) { return end == Termination::kConverged; });
}

template <class T>
T* Replica::Staging(Index count) {
  const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(T);
  if (staging_.size() < bytes) staging_.resize(bytes);
  return reinterpret_cast<T*>(staging_.data());
}

template <class T, class Filler>
bool Replica::Fill(const Tensor& tensor, const Filler& fill) {
  if (device_->shares_host_memory()) return fill(tensor.data<T>());
  T* values = Staging<T>(tensor.size());
  const bool result = fill(values);
  device_->CopyFromHost(values, tensor);
  return result;
}

template <class T, class Use>
void Replica::Read(const Tensor& tensor, const Use& use) {
  if (device_->shares_host_memory()) return use(static_cast<const T*>(tensor.data<T>()));
  T* values = Staging<T>(tensor.size());
  device_->CopyToHost(tensor, values);
  use(static_cast<const T*>(values));
}

absl::StatusOr<Tensor> Replica::ReadSamples(const ConstArray& samples, const Features& features,
                                            const Normalization* normalization,
                                            absl::string_view what, Scratch* scratch) {
  const Index count = samples.layout.shape[0];
  const Tensor& state = scratch->Get(*device_, model_->dtype(), {features.dim(), count});
  const bool finite = DispatchFloat(model_->dtype(), [&](auto zero) {
    using T = decltype(zero);
    return Fill<T>(
        state, [&](T* values) { return CopyToState(samples, features, normalization, values); });
  });
  if (finite) return state;
  std::vector<double> wide(static_cast<std::size_t>(state.size()));
  const bool beyond = CopyToState(samples, features, /*normalization=*/nullptr, wide.data());
  return absl::Status(beyond ? absl::StatusCode::kDataLoss : absl::StatusCode::kInvalidArgument,
                      absl::StrCat(what, ": expected finite numbers in ", ToString(model_->dtype()),
                                   ", found others"));
}

absl::StatusOr<Tensor> Replica::ReadState(absl::Span<const ConstArray> tiers, Index count,
                                          const char* what) {
  const StateLayout& layout = model_->op().layout();
  const Tensor& state = state_.Get(*device_, model_->dtype(), {layout.dim(), count});
  device_->Fill(0, state);
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    if (tiers[i].empty()) continue;
    MONDEQ_ASSIGN_OR_RETURN(
        const Tensor tier,
        ReadSamples(tiers[i], layout.tiers()[i].visible, /*normalization=*/nullptr, what, &tier_));
    layout.SetVisibleTierOf(i, *device_, tier, state);
  }
  return state;
}

absl::Status Replica::Forward(const Tensor& x, const SolveSettings& settings) {
  model_->stopping_rule() = RuleFor(rule_, settings);
  model_->set_certifies(settings.certify);
  if (!settings.start.empty()) {
    MONDEQ_ASSIGN_OR_RETURN(const Tensor start, ReadState(settings.start, x.columns(), "start"));
    model_->StartFrom(start);
  }
  model_->Forward(x);
  const absl::Status status = mondeq::CheckAnswers(model_, settings.first_sample);
  if (status.ok()) return status;
  const absl::optional<std::string> overflow = Overflow(model_, settings.first_sample);
  if (!overflow.has_value()) return status;
  return absl::DataLossError(absl::StrCat(settings.name, ": ", *overflow));
}

void Replica::WriteSamples(const Tensor& state, const Features& features,
                           const MutableArray& samples) {
  DispatchFloat(state.dtype(), [&](auto zero) {
    using T = decltype(zero);
    Read<T>(state, [&](const T* values) { CopyFromState(values, features, samples); });
  });
}

void Replica::WriteProbabilities(const MutableArray& probabilities) {
  const Tensor& logits = model_->logits();
  const Index classes = logits.rows(), count = logits.columns();
  DispatchFloat(logits.dtype(), [&](auto zero) {
    using T = decltype(zero);
    Read<T>(logits, [&](const T* values) {
      probabilities_.resize(static_cast<std::size_t>(logits.size()));
      for (Index n = 0; n < count; ++n) {
        double* sample = &probabilities_[static_cast<std::size_t>(n * classes)];
        for (Index c = 0; c < classes; ++c) sample[c] = values[c * count + n];
        Softmax(classes, sample, sample);
      }
    });
  });
  CopyFromValues(probabilities_.data(), probabilities);
}

void Replica::WriteAnswers(const Answers& answers) {
  if (!answers.logits.empty()) {
    WriteSamples(model_->logits(), Features::Flat(model_->classes()), answers.logits);
  }
  if (!answers.probabilities.empty()) WriteProbabilities(answers.probabilities);
  const StateLayout& layout = model_->op().layout();
  for (std::size_t i = 0; i < answers.z.size(); ++i) {
    if (answers.z[i].empty()) continue;
    const Tier& tier = layout.tiers()[i];
    const Tensor memory = layout.TierOf(i, model_->z());
    const Tensor& visible =
        tier_.Get(*device_, model_->dtype(), {tier.visible.dim(), memory.columns()});
    CopyVisible(*device_, tier, memory, visible);
    WriteSamples(visible, tier.visible, answers.z[i]);
  }
}

absl::Status Replica::FindEquilibria(const ConstArray& x, const SolveSettings& settings,
                                     const Answers& answers, SolveReport* report) {
  const Index count = x.layout.shape[0];
  MONDEQ_RETURN_IF_ERROR(CheckSettings(settings, count));
  MONDEQ_RETURN_IF_ERROR(CheckAnswers(answers, count));
  const bool normalizes = settings.normalize || x.layout.dtype == DType::kUInt8;
  MONDEQ_ASSIGN_OR_RETURN(
      const Tensor input,
      ReadSamples(x, model_->input(), normalizes ? normalization_ : nullptr, settings.name, &x_));
  MONDEQ_RETURN_IF_ERROR(Forward(input, settings));
  WriteAnswers(answers);
  Report(model_->forward_stats(), model_->certifies() ? &model_->certificate() : nullptr, report);
  return device_->status();
}

absl::Status Replica::Solve(const ConstArray& x, const SolveSettings& settings,
                            const Answers& answers, SolveReport* report) {
  MONDEQ_RETURN_IF_ERROR(CheckInput(x, settings));
  return FindEquilibria(x, settings, answers, report);
}

void Replica::WriteGradients(const Gradients& gradients, const Tensor& dx) {
  if (!gradients.x.empty()) WriteSamples(dx, model_->input(), gradients.x);
  const auto& parameters = model_->parameters().parameters();
  for (std::size_t i = 0; i < gradients.parameters.size(); ++i) {
    if (gradients.parameters[i].empty()) continue;
    DispatchFloat(model_->dtype(), [&](auto zero) {
      using T = decltype(zero);
      Read<T>(parameters[i].gradient,
              [&](const T* values) { CopyFromValues(values, gradients.parameters[i]); });
    });
  }
}

absl::Status Replica::PullBack(const Cotangents& cotangents, const Gradients& gradients,
                               SolveReport* report) {
  const Tensor& x = x_.get();
  const Features logits = Features::Flat(model_->classes());
  const Tensor& dlogits = dlogits_.Get(*device_, model_->dtype(), {logits.dim(), x.columns()});
  if (cotangents.logits.empty()) {
    device_->Fill(0, dlogits);
  } else {
    MONDEQ_RETURN_IF_ERROR(ReadSamples(cotangents.logits, logits, /*normalization=*/nullptr,
                                       "the cotangent of the logits", &dlogits_)
                               .status());
  }
  device_->Fill(0, model_->parameters().gradients());
  model_->PullBack(dlogits_.get());
  if (!cotangents.z.empty()) {
    MONDEQ_ASSIGN_OR_RETURN(const Tensor dz,
                            ReadState(cotangents.z, x.columns(), "the cotangent of z"));
    device_->Axpby(1, dz, 1, model_->dz());
  }
  model_->SolveBackward();
  MONDEQ_RETURN_IF_ERROR(CheckFinite(*device_, model_->backward_stats(), [&] {
    return absl::StrCat("the backward solve diverged: not finite after ",
                        model_->backward_stats().iterations, " iterations");
  }));
  const Tensor& dx = dx_.Get(*device_, model_->dtype(), x.shape());
  model_->AccumulateGradients(x, gradients.x.empty() ? nullptr : &dx);
  const auto beyond = [&] {
    return absl::StrCat("the gradients are beyond ", ToString(model_->dtype()));
  };
  MONDEQ_RETURN_IF_ERROR(CheckFinite(*device_, model_->parameters().gradients(), beyond));
  if (!gradients.x.empty()) MONDEQ_RETURN_IF_ERROR(CheckFinite(*device_, dx, beyond));
  WriteGradients(gradients, dx);
  Report(model_->backward_stats(), nullptr, report);
  return device_->status();
}

absl::Status Replica::Backward(const Cotangents& cotangents, const Gradients& gradients,
                               SolveReport* report) {
  const Index count = x_.get().columns();
  MONDEQ_RETURN_IF_ERROR(CheckCotangents(cotangents, count));
  MONDEQ_RETURN_IF_ERROR(CheckGradients(gradients, count));
  return PullBack(cotangents, gradients, report);
}

absl::Status Replica::Gradient(const ConstArray& x, const SolveSettings& settings,
                               const Cotangents& cotangents, const Answers& answers,
                               const Gradients& gradients, SolveReport* forward,
                               SolveReport* backward) {
  MONDEQ_RETURN_IF_ERROR(CheckInput(x, settings));
  const Index count = x.layout.shape[0];
  MONDEQ_RETURN_IF_ERROR(CheckCotangents(cotangents, count));
  MONDEQ_RETURN_IF_ERROR(CheckGradients(gradients, count));
  MONDEQ_RETURN_IF_ERROR(FindEquilibria(x, settings, answers, forward));
  return PullBack(cotangents, gradients, backward);
}

}  // namespace mondeq
